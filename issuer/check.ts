import { requireWitnessed } from './gate.ts'
import { checkStillDue } from './history.ts'
import type { Outcome, Say } from './output.ts'
import { openPrepared, type PreparedPeriod } from './preparedPeriod.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { checkRecordBlock } from './publish.ts'
import type { Settings } from './settings.ts'
import { requireStorage } from './storage.ts'

/** Looks once more at a prepared period, as publish will: its files, its record block, both witnesses, what is due. */
export async function check(
  settings: Settings,
  options: { period: string; stream?: string },
  say: Say,
): Promise<Outcome> {
  requireStorage(settings)
  const surroundings = await openSurroundings(settings)
  return checkIn(surroundings, openPrepared(surroundings, options), say)
}

/** The same for a period at hand. */
export async function checkIn(
  surroundings: Surroundings,
  { period, prepared: { manifest, manifestHash } }: PreparedPeriod,
  say: Say,
): Promise<Outcome> {
  await checkRecordBlock(surroundings, manifest)
  await checkStillDue(surroundings, period, manifest)
  await requireWitnessed(surroundings, manifest, say)
  const { number, hash } = manifest.recordBlock
  const { root, totals } = manifest
  return {
    json: { stream: period.stream, period: period.name, manifestHash, root, recordBlock: { number, hash } },
    text: [
      `${period.name} holds: subgraph and replay say what the manifest says of all ${totals.holders} holders at block ${number}.`,
      `manifest      ${manifestHash}`,
      `root          ${root ?? 'none: nobody is paid'}`,
    ].join('\n'),
  }
}
