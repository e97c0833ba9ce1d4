// Publishing through a Safe: what its owners are handed, and what comes of it.
import type { Hex } from 'viem'
import { formatAmount } from './amounts.ts'
import { approvalCall, publishingCall } from './delivery.ts'
import { wordOf } from './events.ts'
import type { PublishOptions } from './manner.ts'
import type { Outcome } from './output.ts'
import { flagsOf } from './program.ts'
import { batchFile, discardBatch, type Publication } from './publication.ts'
import { missing, refused } from './refusal.ts'
import type { Run } from './resume.ts'
import { batchOf, type Call } from './safe.ts'
import { callLines, decodedCalls, type Signing, signingLines, signingOf } from './safeSigning.ts'
import { writeFile } from './state.ts'

/**
 * Writes the batch that publishes, or, where the flags do not ask for one, says that it is not executed yet. The publication
 * is pinned: written again, the batch is the same, and of two that are executed the second one fails.
 */
export async function handOver(
  run: Run,
  publication: Publication,
  options: PublishOptions,
): Promise<Outcome> {
  const { chain, folder, period } = run
  const approval = await approvalCall(chain, publication)
  if (!options.safe) {
    const partly = approval === null ? '; the approval is there, the publication is not' : ''
    throw missing(
      `the Safe has not executed ${batchFile(folder)} yet${partly}: have its owners do so until ${time(publication.executeBy ?? 0n)}, then run publish ${flagsOf(period)} again to finish`,
    )
  }
  const calls = [approval, publishingCall(run, publication)].filter((call) => call !== null)
  const { chainId, issuer, executeBy } = publication
  const { manifest } = run.prepared
  const batch = batchOf({
    chainId,
    safe: issuer,
    name: `${manifest.program} ${manifest.period.name}`,
    description: `Publishes ${publication.id}, manifest ${publication.manifestHash}. To be executed until ${time(executeBy ?? 0n)}.`,
    createdAt: manifest.recordBlock.timestamp,
    calls,
  })
  const signing = await signingOf(chain, publication, calls, options)
  writeFile(batchFile(folder), `${JSON.stringify(batch, null, 2)}\n`)
  return outcomeOf(run, publication, calls, batch.meta.checksum, signing)
}

function outcomeOf(
  run: Run,
  publication: Publication,
  calls: readonly Call[],
  checksum: Hex,
  signing: Signing,
): Outcome {
  const { manifest } = run.prepared
  const { id, root, total, manifestHash, opensAt, executeBy, issuer, mask } = publication
  const file = batchFile(run.folder)
  return {
    json: {
      stream: run.period.stream,
      period: manifest.period.name,
      published: false,
      ...{ id, root, total, manifestHash, opensAt, executeBy },
      batch: { file, checksum, calls: decodedCalls(calls) },
      safe: { address: issuer, ...signing },
    },
    text: [
      `${file} is written: load it in the Safe's Transaction Builder.`,
      '',
      ...callLines(calls),
      '',
      `total         ${formatAmount(total, manifest.payout.decimals)} ${manifest.payout.symbol} to ${manifest.totals.leaves} accounts`,
      `checksum      ${checksum}`,
      ...signingLines(calls, issuer, signing),
      `execute until ${time(executeBy ?? 0n)}`,
      mask === null
        ? `claims open   ${time(opensAt)}`
        : 'everyone is paid as it is executed: nothing can be cancelled',
      `Next: publish ${flagsOf(run.period)}, once it is executed`,
    ].join('\n'),
  }
}

/** Forgets a batch that nobody will execute any more. */
export async function discard(run: Run, begun: Publication | null): Promise<Outcome> {
  const { chain, folder, period } = run
  if (begun === null || begun.executeBy === null) {
    throw refused(`no batch of ${period.name} is written for a Safe: there is nothing to discard`)
  }
  if ((await wordOf(chain, begun.distributor, begun.id)) !== 0n) {
    throw refused(`the batch was executed: run publish ${flagsOf(period)} to finish`)
  }
  discardBatch(folder)
  return {
    json: { stream: period.stream, period: period.name, published: false, discarded: begun.id },
    text: `The batch of ${begun.id} is forgotten. Should an owner execute it after all, cancel it before ${time(begun.opensAt)}.\nNext: publish ${flagsOf(period)}`,
  }
}

const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
