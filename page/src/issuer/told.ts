/** What `prorata status --json` says: files that are prepared and not published are known on the issuer's machine alone. Pure. */
import type { Hex } from '../api.ts'
import { bytes, count, list, maybe, type ReadBy, record, text } from '../shape.ts'

const status = record({
  program: text,
  network: text,
  chain: maybe(record({ timestamp: count })),
  periods: list(record({ stream: text, name: text, state: text, manifestHash: maybe(bytes) })),
  problems: list(text),
  next: text,
})

/** What the server cannot know of a period; every other state it tells itself. */
const TOLD = ['prepared', 'publishing', 'signing', 'unregistered', 'closed', 'damaged'] as const
export type ToldStage = (typeof TOLD)[number]

export interface Told {
  /** The chain's time when the command ran; null when the chain was away. */
  readonly asOf: number | null
  /** By {@link keyOf}. */
  readonly periods: ReadonlyMap<string, { readonly stage: ToldStage; readonly manifestHash: Hex | null }>
  readonly problems: readonly string[]
  /** The next step, in the command's own words. */
  readonly next: string
}

/** Names a period among those of both streams. */
export const keyOf = ({ stream, name }: { readonly stream: string; readonly name: string }): string =>
  `${stream} ${name}`

const isTold = (state: string): state is ToldStage => TOLD.some((each) => each === state)

/** @throws ShapeError naming what is missing, SyntaxError where it is no JSON, Error where it tells of another program */
export function readTold(json: string, own: Pick<ReadBy<typeof status>, 'program' | 'network'>): Told {
  const { program, network, chain, periods, problems, next } = status(JSON.parse(json), '')
  if (program !== own.program || network !== own.network)
    throw new Error(`it tells of ${program} on ${network}, and this is ${own.program} on ${own.network}`)
  const found = periods.flatMap(({ stream, name, state, manifestHash }) =>
    isTold(state) ? [[keyOf({ stream, name }), { stage: state, manifestHash }] as const] : [],
  )
  return { asOf: chain?.timestamp ?? null, periods: new Map(found), problems, next }
}
