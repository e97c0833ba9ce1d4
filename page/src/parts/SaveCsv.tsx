import { dashboardWords } from '../words/dashboard.ts'
import { saveFile } from './saveFile.ts'

/** Hands what is shown over as a file, made when it is asked for. */
export function SaveCsv({ name, file, make }: { name: string; file: string; make: () => string }) {
  const save = () => saveFile(`${file}.csv`, make(), 'text/csv')
  return (
    <button type="button" className="button button-quiet button-small" onClick={save}>
      {dashboardWords.csv} <span className="hidden">{name}</span>
    </button>
  )
}
