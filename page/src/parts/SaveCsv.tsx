import { dashboardWords } from '../words/dashboard.ts'

/** Hands what is shown over as a file, made when it is asked for. */
export function SaveCsv({ name, file, make }: { name: string; file: string; make: () => string }) {
  function save() {
    const url = URL.createObjectURL(new Blob([make()], { type: 'text/csv;charset=utf-8' }))
    const link = Object.assign(document.createElement('a'), { href: url, download: `${file}.csv` })
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <button type="button" className="button button-quiet button-small" onClick={save}>
      {dashboardWords.csv} <span className="hidden">{name}</span>
    </button>
  )
}
