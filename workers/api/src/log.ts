// One line of JSON a request (or a run of the watch), with everything worth a word that happened on the way. Neither
// addresses of people nor addresses of wallets, neither queries nor headers get into it: a log of who asked about which
// wallet would be a register of its own.
import { AsyncLocalStorage } from 'node:async_hooks'

type Level = 'warn' | 'error'
type Fields = Record<string, string | number | boolean | null | undefined>
type Note = { level: Level; about: string } & Fields

const notes = new AsyncLocalStorage<Note[]>()

const MOST_NOTES = 20
const MOST_CHARACTERS = 1000

const short = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : value,
    ]),
  )

/** Notes what an operator should know. Outside a request it makes a line of its own. */
export const logged = (level: Level, about: string, fields: Fields): void => {
  const note = { level, about, ...short(fields) }
  const own = notes.getStore()
  if (own === undefined) console[level](JSON.stringify(note))
  else if (own.length < MOST_NOTES) own.push(note)
}

/** Writes one line when the work is done, with what was noted during it. */
export const loggedAs = async <Result>(
  work: () => Promise<Result>,
  line: (result: Result) => Fields,
): Promise<Result> => {
  const own: Note[] = []
  const began = Date.now()
  const result = await notes.run(own, work)
  const level = own.some((note) => note.level === 'error') ? 'error' : own.length > 0 ? 'warn' : 'log'
  console[level](
    JSON.stringify({ ...line(result), ms: Date.now() - began, ...(own.length > 0 && { notes: own }) }),
  )
  return result
}
