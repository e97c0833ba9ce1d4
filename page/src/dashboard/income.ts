/** What was earned in each paid period, as the manifests state it. */
import { ask } from '../asking.ts'
import { address, bytes, count, list, maybe, type ReadBy, record, text, units } from '../shape.ts'

const asset = record({ address, symbol: text, decimals: count })

const income = record({
  period: text,
  distribution: bytes,
  currency: asset,
  income: units,
  due: units,
  asset,
  funded: units,
  paid: units,
  statementHash: maybe(bytes),
})

export type Income = ReadBy<typeof income>

/** Oldest first. */
export const fetchIncome = (signal: AbortSignal): Promise<Income[]> => ask('v1/income', list(income), signal)
