import { type Address, formatUnits, type Hex } from 'viem'
import type { StreamName } from '../../disbursement/index.ts'
import { StackError } from '../child.ts'
import type { Stack } from '../stack.ts'
import { BUYERS, QUARTERS } from './alex.ts'
import { person } from './people.ts'

/** What the table needs of a manifest's holder. */
interface HolderRow {
  readonly holder: string
  readonly entitlement: string
  readonly amount: string
}

export interface Published {
  readonly period: string
  readonly asset: { readonly symbol: string; readonly decimals: number }
  readonly holders: ReadonlyMap<string, HolderRow>
}

/** What the API lists of a distribution. */
export interface Distribution {
  readonly id: Hex
  readonly stream: StreamName
  readonly period: string
  readonly asset: { readonly symbol: string; readonly decimals: number; readonly address: Address }
  readonly total: string
  readonly deadline: number
  readonly manifestHash: Hex
}

async function get<Answer>(stack: Stack, path: string): Promise<Answer> {
  const response = await fetch(stack.urls.api + path)
  if (!response.ok) throw new StackError(`the API answered ${response.status} for ${path}`)
  return (await response.json()) as Answer
}

/** Everything published, in the order of its periods. */
export async function listed(stack: Stack): Promise<Distribution[]> {
  const all = await get<Distribution[]>(stack, '/v1/distributions')
  return all.toSorted((a, b) => a.period.localeCompare(b.period))
}

/** Every published period of a stream with its holders, read back from the API as anybody can. */
export async function published(stack: Stack, stream: StreamName): Promise<Published[]> {
  return Promise.all(
    (await listed(stack))
      .filter((each) => each.stream === stream)
      .map(async ({ period, asset, manifestHash }) => {
        const { holders } = await get<{ holders: HolderRow[] }>(stack, `/v1/manifests/${manifestHash}`)
        return { period, asset, holders: new Map(holders.map((row) => [row.holder.toLowerCase(), row])) }
      }),
  )
}

/** A table of what each buyer of the story was allotted, quarter by quarter. */
export async function paidTable(stack: Stack): Promise<string> {
  const quarters = await published(stack, 'income')
  const head = [
    '',
    'bought',
    ...quarters.flatMap(({ period, asset }) => [`${period} keeps`, asset.symbol]),
    '',
  ]
  const rows = BUYERS.map(({ name, tokens, story }) => {
    const address = person(name).address.toLowerCase()
    const cells = quarters.flatMap(({ asset, holders }) => {
      const row = holders.get(address)
      if (!row) return ['0', '–']
      return [formatUnits(BigInt(row.entitlement), 18), decimal(BigInt(row.amount), asset.decimals)]
    })
    return [name, String(tokens.reduce((sum, lot) => sum + lot, 0)), ...cells, story]
  })
  const totals = quarters.flatMap(({ asset, holders }) => {
    const rows = [...holders.values()]
    const sum = (key: 'entitlement' | 'amount') => rows.reduce((total, row) => total + BigInt(row[key]), 0n)
    return [formatUnits(sum('entitlement'), 18), decimal(sum('amount'), asset.decimals)]
  })
  const bought = BUYERS.flatMap(({ tokens }) => tokens).reduce((sum, lot) => sum + lot, 0)
  return layOut([head, ...rows, ['together', String(bought), ...totals, `${QUARTERS.length} quarters`]])
}

/** A line a reward month: how many liquidity providers share what. */
export async function rewardsTable(stack: Stack): Promise<string> {
  const months = await published(stack, 'liquidity')
  return months
    .map(({ period, asset, holders }) => {
      const paid = [...holders.values()].map(({ amount }) => BigInt(amount)).filter((amount) => amount > 0n)
      const total = paid.reduce((sum, amount) => sum + amount, 0n)
      return `  ${period}  ${decimal(total, asset.decimals)} ${asset.symbol} to ${paid.length} liquidity providers\n`
    })
    .join('')
}

/** An amount with all its decimals, so that the points of a column stand under each other. */
export function decimal(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** Columns as wide as they need to be; all but the first and the last are numbers, so to the right. */
export function layOut(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) => {
      const last = row.length - 1
      const cells = row.map((cell, i) =>
        i === 0 || i === last ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      return `  ${cells.join('  ')}`.trimEnd()
    })
    .join('\n')
    .concat('\n')
}
