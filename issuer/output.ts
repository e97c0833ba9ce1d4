import { exitCodes } from './refusal.ts'

/** JSON with integers as decimal strings, as everywhere in the project; ends with a line feed. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString() : each), 2)}\n`
}

/** What a command found or did: for programs, for people, and how it ends. */
export interface Outcome {
  json: object
  text: string
  exitCode?: (typeof exitCodes)[keyof typeof exitCodes]
}

/** Tells how far a command is, on the error stream: standard output belongs to its result. */
export type Say = (line: string) => void

export const say: Say = (line) => process.stderr.write(`${line}\n`)

/** Writes a result and waits until it is out, for a pipe takes it piecemeal. */
export async function show(outcome: Outcome, asJson: boolean | undefined): Promise<void> {
  const text = asJson ? jsonText(outcome.json) : `${outcome.text}\n`
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
  process.exitCode = outcome.exitCode ?? exitCodes.ok
}
