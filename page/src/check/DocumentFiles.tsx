import { useRef } from 'react'
import { checkWords } from '../words/check.ts'

export interface PickedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Manifest and records from the visitor's own disk, for when the server is away or not believed. */
export function DocumentFiles({
  files,
  choose,
}: {
  files: readonly PickedFile[]
  choose: (files: readonly PickedFile[]) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const text = checkWords.files

  async function pick(list: FileList | null) {
    const picked = [...(list ?? [])].map(async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    }))
    choose(await Promise.all(picked))
  }

  return (
    <section className="sheet" aria-labelledby="files">
      <h2 id="files">{text.title}</h2>
      <p className="muted">{text.text}</p>
      <div className="field">
        <label htmlFor="documents">{text.pick}</label>
        <input
          id="documents"
          ref={input}
          type="file"
          multiple
          accept=".json,.bin,application/json,application/octet-stream"
          onChange={(event) => void pick(event.currentTarget.files)}
        />
      </div>
      {files.length > 0 && (
        <>
          <p role="status">{text.chosen(files.length)}</p>
          <ul className="file-list">
            {files.map(({ name, bytes }) => (
              <li key={name}>
                {name} <span className="muted small">{text.size(bytes.length.toLocaleString('en'))}</span>
              </li>
            ))}
          </ul>
          <div>
            <button
              type="button"
              className="button button-quiet"
              onClick={() => {
                if (input.current !== null) input.current.value = ''
                choose([])
              }}
            >
              {text.drop}
            </button>
          </div>
        </>
      )}
    </section>
  )
}
