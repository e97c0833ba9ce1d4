import type { Period } from '../disbursement/index.ts'
import { type Prepared, readPrepared } from './prepared.ts'
import { flagsOf, type Program, periodNamed } from './program.ts'
import { refused } from './refusal.ts'
import type { Settings } from './settings.ts'
import { periodFolder } from './state.ts'

/** A period as it lies prepared on this machine. */
export interface PreparedPeriod {
  period: Period
  folder: string
  prepared: Prepared
}

/** Reads a period's prepared files and checks them. @throws Refusal when there are none */
export function openPrepared(
  program: Program & { settings: Pick<Settings, 'state'> },
  options: { period: string; stream?: string },
): PreparedPeriod {
  const { terms, deployment, settings } = program
  const period = periodNamed(terms, options.stream, options.period)
  const folder = periodFolder(settings.state, deployment.network, terms.name, period)
  const prepared = readPrepared(folder, period, program)
  if (prepared !== null) return { period, folder, prepared }
  throw refused(
    `${period.name} is not prepared: nothing lies in ${folder}; run prepare ${flagsOf(period)} first`,
  )
}
