// What an account was paid, for its tax return: one row a claim.
import { type Address, formatUnits } from 'viem'
import { type Distribution, listDistributions } from './distributions.ts'
import type { Env } from './env.ts'
import { type Payment, paymentsTo } from './payments.ts'
import { ProblemError } from './problem.ts'
import { type Stated, statedBy, worthOf } from './stated.ts'

export const STATEMENT_COLUMNS = [
  ...['time', 'stream', 'period', 'asset', 'amount', 'value', 'valueCurrency', 'transaction', 'block'],
  ...['account', 'paidTo', 'assetAddress', 'baseUnits', 'distribution', 'manifest'],
] as const

export type StatementRow = Record<(typeof STATEMENT_COLUMNS)[number], string | number | null>

const rowOf = (
  account: Address,
  payment: Payment,
  distribution: Distribution,
  stated: Stated,
): StatementRow => {
  const amount = BigInt(payment.amount)
  const worth = worthOf(stated, amount)
  return {
    time: new Date(payment.timestamp * 1000).toISOString().replace('.000', ''),
    stream: distribution.stream,
    period: distribution.period,
    asset: distribution.asset.symbol,
    amount: formatUnits(amount, distribution.asset.decimals),
    value: worth === null ? null : formatUnits(worth, stated.currency.decimals),
    valueCurrency: worth === null ? null : stated.currency.symbol,
    transaction: payment.transaction,
    block: payment.block,
    account,
    paidTo: payment.to,
    assetAddress: distribution.asset.address,
    baseUnits: payment.amount,
    distribution: distribution.id,
    manifest: distribution.manifestHash,
  }
}

/**
 * The rows of a statement at a block of the subgraph, oldest first.
 * @param within unix seconds, from inclusive, to exclusive
 * @throws ProblemError index-*, store-*, and publication-unknown where a payment is of a distribution that is not known here, for
 * a statement that leaves one out is wrong
 */
export const statementOf = async (
  env: Env,
  block: number,
  account: Address,
  within: { from: number; to: number },
): Promise<StatementRow[]> => {
  const payments = await paymentsTo(env, block, account, within)
  if (payments === null) {
    throw new ProblemError(
      'invalid-request',
      'This account was paid too often in that time; ask for less of it',
      {
        errors: [{ at: 'query.from', message: 'ask for a shorter time' }],
      },
    )
  }
  if (payments.length === 0) return []
  const known = new Map<string, Distribution>(
    (await listDistributions(env.DB)).map((each) => [each.id, each]),
  )
  const stated = new Map<string, Promise<Stated>>()
  return Promise.all(
    payments.map(async (payment) => {
      const distribution = known.get(payment.distribution)
      if (distribution === undefined) {
        throw new ProblemError(
          'publication-unknown',
          `${payment.distribution} paid this account, and is not known here yet`,
        )
      }
      const { manifestHash } = distribution
      const reading = stated.get(manifestHash) ?? statedBy(env, manifestHash)
      stated.set(manifestHash, reading)
      return rowOf(account, payment, distribution, await reading)
    }),
  )
}
