import { createInterface } from 'node:readline/promises'
import { refused } from './refusal.ts'

/** Somebody at a terminal who can be asked. */
export interface Person {
  /** @returns what was typed, without the spaces around it */
  ask(question: string): Promise<string>
  close(): void
}

/** The person at this process's terminal; null where there is none, and everything must come from flags. */
export function personAt(
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Person | null {
  if (!input.isTTY || !output.isTTY) return null
  const lines = createInterface({ input, output })
  return {
    async ask(question) {
      const gone = new AbortController()
      const ended = () => gone.abort()
      lines.once('close', ended)
      try {
        return (await lines.question(question, { signal: gone.signal })).trim()
      } catch (cause) {
        throw refused('nothing was answered: run the command again, it goes on where it was', { cause })
      } finally {
        lines.off('close', ended)
      }
    },
    close: () => lines.close(),
  }
}
