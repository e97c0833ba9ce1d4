import { readFileSync, writeFileSync } from 'node:fs'
import { type Figures, type Floors, floorOf, NAMES } from './figures.ts'

const ROOT = new URL('../..', import.meta.url).pathname

/** What ours may cost at most. */
export const GOALS: Record<string, number> = {
  'later claim, 30 accounts': 50_100,
  'later claim, 1,000 accounts': 51_700,
  'later claim, 100,000 accounts': 51_700,
  'four quarters at once, 30 accounts': 87_900,
  'publish and fund, 30 accounts': 68_500,
  'distribute to 30': 377_000,
  '30 holders × 12 quarters, claimed quarterly': 19_500_000,
  '30 holders × 12 quarters, claimed yearly': 9_300_000,
  '30 holders × 12 quarters, paid by the issuer': 5_100_000,
}

export interface Snapshot {
  figures: Figures
  floors: Floors
  /** Thirty transfers in a loop, without a distributor. */
  loop: number
}

const shown = (gas: number | undefined): string => gas?.toLocaleString('en') ?? '–'

/** The whole table, for a terminal. */
export const print = ({ figures, floors, loop }: Snapshot): void => {
  const rows = Object.keys(figures)
  const width = Math.max(...rows.map((row) => row.length))
  const cell = (text: string): string => text.padStart(14)
  console.log(`${'gas'.padEnd(width)}${NAMES.map(cell).join('')}${cell('goal')}`)
  for (const row of rows) {
    const cells = NAMES.map((name) => cell(shown(figures[row]?.[name]))).join('')
    console.log(`${row.padEnd(width)}${cells}${cell(shown(GOALS[row]))}`)
  }
  console.log(`\nthirty transfers in a loop, without receipts or claims: ${shown(loop)}`)
  for (const [row, parts] of Object.entries(floors)) {
    console.log(`\nThe floor of: ${row}`)
    for (const [part, gas] of Object.entries(parts))
      console.log(`  ${part.padEnd(56)}${shown(gas).padStart(8)}`)
    const least = floorOf(parts)
    const above = (figures[row]?.ours ?? 0) - least
    console.log(`  ${'together'.padEnd(56)}${shown(least).padStart(8)}; ours is ${shown(above)} above it`)
  }
}

// -- THE TABLES IN THE READMES

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** Every figure, and the floors part by part. */
const whole = ({ figures, floors, loop }: Snapshot): string => {
  const rows = Object.entries(figures).map(([row, by]) => [
    row,
    ...NAMES.map((name) => shown(by[name])),
    shown(GOALS[row]),
  ])
  const parts = Object.entries(floors).flatMap(([row, each]) => {
    const ours = figures[row]?.ours ?? 0
    const least = floorOf(each)
    return [
      `\n\nThe floor of ${row}: ${shown(least)}; ours is ${shown(ours - least)} above it (${((100 * ours) / least - 100).toFixed(1)}%).\n\n`,
      table(
        ['what the EVM charges for', 'gas'],
        Object.entries(each).map(([part, gas]) => [part, shown(gas)]),
      ),
    ]
  })
  return `${table(['gas', ...NAMES, 'goal for ours'], rows)}\n\nThirty transfers in a loop, with neither receipts nor claims to fall back on: ${shown(loop)}.${parts.join('')}`
}

/** What a reader wants to know first. */
const short = ({ figures }: Snapshot): string =>
  table(
    ['gas', 'Prorata', 'Uniswap', 'OpenZeppelin-based', 'cumulative'],
    [
      'later claim, 30 accounts',
      'later claim, 100,000 accounts',
      'four quarters at once, 30 accounts',
      'publish and fund, 30 accounts',
      '30 holders × 12 quarters, claimed quarterly',
      '30 holders × 12 quarters, claimed yearly',
      '30 holders × 12 quarters, paid by the issuer',
    ].map((row) => [row, ...NAMES.map((name) => shown(figures[row]?.[name]))]),
  )

const MARK = /(<!-- gas: written by bench\/gas\/main\.ts -->\n)[\s\S]*?(\n<!-- gas: end -->)/

const READMES: [string, (snapshot: Snapshot) => string][] = [
  ['bench/README.md', whole],
  ['README.md', short],
]

/** The READMEs whose table is not the snapshot's; writes it there if asked to. */
export const staleReadmes = (snapshot: Snapshot, write: boolean): string[] =>
  READMES.flatMap(([file, render]) => {
    const text = readFileSync(`${ROOT}${file}`, 'utf8')
    if (!MARK.test(text)) throw new Error(`${file} has no place for the gas table: ${MARK.source}`)
    const fresh = text.replace(MARK, (_, begin: string, end: string) => `${begin}${render(snapshot)}${end}`)
    if (fresh === text) return []
    if (write) writeFileSync(`${ROOT}${file}`, fresh)
    return [file]
  })
