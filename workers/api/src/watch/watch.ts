// One run of the watch: what it looks at, what it finds, and what of that is new.
import { z } from '@hono/zod-openapi'
import { asked } from '../database.ts'
import { listDistributions } from '../distributions.ts'
import { type Env, settingsOf } from '../env.ts'
import { logged, loggedAs } from '../log.ts'
import { ProblemError } from '../problem.ts'
import { chainRoots, scannedTo, scanRoots, sourceOf } from './chainRoots.ts'
import { type Finding, findingSchema } from './finding.ts'
import { clockFindings, forkFindings, headsOf, orFinding } from './heads.ts'
import { differenceFindings, indexedRoots, momentFindings, unknownFindings } from './payouts.ts'
import { storedFindings } from './storedRecords.ts'
import { messageStatement, tell, tellWaiting, webhookOf } from './webhook.ts'

/** Looks at everything; what cannot be looked at is a finding. @throws ProblemError store-away when the database is */
const look = async (env: Env, now: number): Promise<Finding[]> => {
  const here = await listDistributions(env.DB)
  const { chain, index, findings } = await headsOf(env)
  if (chain !== null) findings.push(...clockFindings(chain, now))
  const rightChain = chain !== null && chain.chainId === settingsOf(env).deployment.chainId
  if (rightChain && index !== null)
    findings.push(...((await orFinding(forkFindings(env, chain, index), 'heads.block', findings)) ?? []))
  if (rightChain) await orFinding(scanRoots(env, chain.number), 'heads.scan', findings)
  const searched = await scannedTo(env)
  const onChain = await chainRoots(env)
  const roots = index === null ? null : await orFinding(indexedRoots(env), 'heads.index-roots', findings)
  const known = {
    onChain,
    scannedTo: searched,
    here,
    index: index && roots && { roots, block: index.number },
  }
  findings.push(...differenceFindings(known))
  if (rightChain) {
    findings.push(...((await orFinding(unknownFindings(env, known), 'heads.standings', findings)) ?? []))
    findings.push(...((await orFinding(momentFindings(env, here), 'heads.remainders', findings)) ?? []))
  }
  const stored = storedFindings(env, [...onChain, ...here], now)
  findings.push(...((await orFinding(stored, 'store.away', findings)) ?? []))
  return findings
}

const row = z.object({
  revision: z.int(),
  ran_at: z.int().nullable(),
  scanned_to: z.int(),
  findings: z.string().transform((text) => z.array(findingSchema).parse(JSON.parse(text))),
})

const rowOf = async (env: Env) => {
  const found = await asked(() =>
    env.DB.prepare('SELECT revision, ran_at, scanned_to, findings FROM watches WHERE source = ?1')
      .bind(sourceOf(env))
      .first(),
  )
  return found === null ? null : row.parse(found)
}

export type Report = { ranAt: number; scannedTo: number; findings: Finding[] }

/** What the last run found, or null before the first. @throws ProblemError store-away */
export const lastReport = async (env: Env): Promise<Report | null> => {
  const found = await rowOf(env)
  if (found === null || found.ran_at === null) return null
  return { ranAt: found.ran_at, scannedTo: found.scanned_to, findings: found.findings }
}

const without = (some: readonly Finding[], others: readonly Finding[]): Finding[] => {
  const keys = new Set(others.map(({ key }) => key))
  return some.filter(({ key }) => !keys.has(key))
}

const messageOf = (env: Env, now: number, appeared: Finding[], resolved: Finding[], standing: Finding[]) => ({
  type: 'watch.changed',
  timestamp: new Date(now * 1000).toISOString(),
  data: { program: settingsOf(env).terms.name, appeared, resolved, standing },
})

/** Keeps what was found and, where that changed, a message about it: both or neither, and of two runs at once only one. */
const keep = async (env: Env, findings: Finding[], now: number, tells: boolean): Promise<boolean> => {
  const before = await rowOf(env)
  const condition = { source: sourceOf(env), revision: before?.revision ?? 0 }
  const [appeared, resolved] = [
    without(findings, before?.findings ?? []),
    without(before?.findings ?? [], findings),
  ]
  const changed = appeared.length + resolved.length > 0
  const message = messageOf(env, now, appeared, resolved, findings)
  const update = env.DB.prepare(
    'UPDATE watches SET revision = revision + 1, ran_at = ?3, findings = ?4 WHERE source = ?1 AND revision = ?2',
  ).bind(condition.source, condition.revision, now, JSON.stringify(findings))
  const statements = changed && tells ? [messageStatement(env, message, now, condition), update] : [update]
  await asked(() => env.DB.batch(statements))
  return changed
}

const HOUR = 3600

/** Without a database nothing can be remembered: the hour in the id keeps a receiver from hearing of it more often. */
const tellOfStore = async (env: Env, error: ProblemError, now: number): Promise<void> => {
  const settings = webhookOf(env)
  if (settings === null || 'text' in settings) return
  const hour = Math.floor(now / HOUR)
  const finding: Finding = { key: 'store.database', kind: 'problem', text: error.message }
  const body = messageOf(env, hour * HOUR, [finding], [], [finding])
  await tell(settings, `store-database-${hour}`, JSON.stringify(body))
}

const distinct = (findings: readonly Finding[]): Finding[] =>
  [...new Map(findings.map((each) => [each.key, each])).values()].sort((a, b) => (a.key < b.key ? -1 : 1))

/**
 * Looks, remembers, tells. May be repeated and run twice at once: what was told is not told again until it changes.
 * @param now unix seconds
 * @throws ProblemError when the database is away or the Worker is not set up right; the run then counts as failed
 */
export const watch = (env: Env, now: number): Promise<Finding[]> =>
  loggedAs(
    async () => {
      try {
        const webhook = webhookOf(env)
        const findings = distinct([
          ...(await look(env, now)),
          ...(webhook !== null && 'text' in webhook ? [webhook] : []),
        ])
        const settings = webhook === null || 'text' in webhook ? null : webhook
        await keep(env, findings, now, settings !== null)
        for (const { key, kind, text } of findings)
          if (kind === 'problem') logged('warn', key, { message: text })
        if (settings !== null) await tellWaiting(env, settings, now)
        return findings
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        if (error.problem === 'store-away') await tellOfStore(env, error, now)
        throw error
      }
    },
    (findings) => ({
      about: 'watch',
      problems: findings.filter(({ kind }) => kind === 'problem').length,
      notices: findings.filter(({ kind }) => kind === 'notice').length,
    }),
  )
