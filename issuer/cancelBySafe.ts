// Taking a published period back through a Safe, and what every way of cancelling looks at first.
import { join } from 'node:path'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { decodeTerms } from '../disbursement/index.ts'
import { type Chain, latestBlock } from './chain.ts'
import type { Published } from './events.ts'
import type { Outcome } from './output.ts'
import { flagsOf } from './program.ts'
import { refused } from './refusal.ts'
import { batchOf } from './safe.ts'
import { callLines, decodedCalls, type SafeOptions, signingLines, signingOf } from './safeSigning.ts'
import type { Settings } from './settings.ts'
import { type Found, find, keyOf, type SettleOptions } from './settlement.ts'
import { periodFolder, writeFile } from './state.ts'

export interface CancelOptions extends SettleOptions, SafeOptions {
  /** Write a batch for a Safe's owners instead of signing. */
  safe?: boolean
}

/** What cancelling comes to where nothing stands. @throws Refusal where nothing was published */
export function notStanding({ name, taken }: Pick<Found, 'name' | 'taken'>): Outcome {
  if (taken === null) throw refused(`${name} is not published, so there is nothing to cancel`)
  return {
    json: { did: 'cancel', period: name, id: taken, transactions: [], returned: 0n },
    text: `${name} was cancelled already`,
  }
}

/** @throws Refusal once claims are open: from then on the money is the holders' */
export async function requireNotOpen(chain: Chain, name: string, { terms }: Pick<Published, 'terms'>) {
  const { opensAt } = decodeTerms(terms)
  const { timestamp } = await latestBlock(chain)
  if (timestamp < opensAt) return
  throw refused(`claims of ${name} are open since ${time(opensAt)}: what is open cannot be cancelled`)
}

/** Writes the batch that cancels; once it was executed, says so. Sends nothing. */
export async function cancelBySafe(settings: Settings, options: CancelOptions): Promise<Outcome> {
  const found = await find(settings, options)
  const { name, period, surroundings, published } = found
  if (published === null) return notStanding(found)
  const { chain, deployment, terms } = surroundings
  await requireNotOpen(chain, name, published)
  const { chainId, distributor, issuer, network } = deployment
  const key = keyOf(published)
  const { opensAt } = decodeTerms(published.terms)
  const calls = [{ to: distributor, abi: merkleDistributorAbi, functionName: 'cancel', args: [key] }]
  const signing = await signingOf(chain, { issuer, chainId }, calls, options)
  const batch = batchOf({
    chainId,
    safe: issuer,
    name: `${terms.name} ${name}: cancel`,
    description: `Cancels ${published.id}. To be executed before ${time(opensAt)}, when claims open.`,
    createdAt: period.endsAt,
    calls,
  })
  const file = join(periodFolder(settings.state, network, terms.name, period), 'safe-batch-cancel.json')
  writeFile(file, `${JSON.stringify(batch, null, 2)}\n`)
  return {
    json: {
      ...{ did: 'cancel', period: name, id: published.id, transactions: [], returned: 0n },
      batch: { file, checksum: batch.meta.checksum, calls: decodedCalls(calls) },
      safe: { address: issuer, ...signing },
    },
    text: [
      `${file} is written: load it in the Safe's Transaction Builder.`,
      '',
      ...callLines(calls),
      '',
      `checksum      ${batch.meta.checksum}`,
      ...signingLines(calls, issuer, signing),
      `execute until ${time(opensAt)}, when claims open and nothing can be cancelled any more`,
      `Next: prepare ${flagsOf(period)} again, once it is executed`,
    ].join('\n'),
  }
}

const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
