import { useState } from 'react'
import { Notice } from '../parts/Notice.tsx'
import { Command } from './Command.tsx'

export interface CommandFileReading<T> {
  readonly found: T | null
  /** Why what was picked is not what the command writes. */
  readonly problem: string | null
  readonly pick: (file: File | undefined) => Promise<void>
}

/** What a command writes, read in this tab alone: null until a file was picked that is what the command writes. */
export function useCommandFile<T>(read: (json: string) => T): CommandFileReading<T> {
  const [found, setFound] = useState<T | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  async function pick(file: File | undefined) {
    setFound(null)
    setProblem(null)
    if (file === undefined) return
    try {
      setFound(read(await file.text()))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  return { found, problem, pick }
}

interface Words {
  /** Names the command for whoever copies it. */
  readonly command: string
  readonly pick: string
  readonly bad: string
}

/** A command that writes a file, and the way to hand that file to the page. */
export function CommandFile({
  id,
  command,
  words,
  reading: { problem, pick },
}: {
  id: string
  command: string
  words: Words
  reading: CommandFileReading<unknown>
}) {
  return (
    <>
      <div className="commands">
        <Command text={command} name={words.command} />
      </div>
      <div className="field">
        <label htmlFor={id}>{words.pick}</label>
        <input
          id={id}
          type="file"
          accept=".json,application/json"
          onChange={(event) => void pick(event.currentTarget.files?.[0])}
        />
      </div>
      {problem !== null && (
        <Notice tone="bad" title={words.bad} urgent>
          <p>{problem}</p>
        </Notice>
      )}
    </>
  )
}
