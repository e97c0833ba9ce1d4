import { useState } from 'react'
import { FailureNotice } from '../parts/Notice.tsx'
import { saveFile } from '../parts/saveFile.ts'
import { registerWords as text } from '../words/register.ts'
import { deleteEntry, exportEntry } from './api.ts'
import { useAct } from './useAct.ts'

/** Everything that is held, as a file; and its deletion, at any time. */
export function OwnData({ url, isEntered, left }: { url: string; isEntered: boolean; left: () => void }) {
  const { busy, failure, act } = useAct()
  const [isSure, setSure] = useState(false)
  const save = () =>
    act(async () => {
      const json = JSON.stringify(await exportEntry(url), null, 2)
      saveFile('register-export.json', json, 'application/json')
    })
  const remove = () =>
    act(async () => {
      await deleteEntry(url)
      left()
    })
  return (
    <section className="sheet" aria-labelledby="own-data">
      <h2 id="own-data">{text.yours}</h2>
      <p>{text.yoursText}</p>
      <div>
        <button type="button" className="button button-quiet" disabled={busy} onClick={save}>
          {text.export}
        </button>
      </div>
      {isEntered && (
        <>
          <p>{text.deleteText}</p>
          <label className="check">
            <input
              type="checkbox"
              checked={isSure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />{' '}
            {text.deleteSure}
          </label>
          <div>
            <button type="button" className="button button-quiet" disabled={busy || !isSure} onClick={remove}>
              {text.delete}
            </button>
          </div>
        </>
      )}
      {failure !== null && <FailureNotice failure={failure} />}
    </section>
  )
}
