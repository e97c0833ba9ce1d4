import { type Outcome, run } from '../run.ts'

/** The severities of npm that fail the audit. */
const FAILING = ['high', 'critical'] as const

/** npm's report, as far as it is read here. */
interface Report {
  readonly vulnerabilities: Readonly<Record<string, { readonly severity: string; readonly range: string }>>
}

/** What an audit came to: `unasked` where the registry gave no advisories, and so nothing is known. */
export type Verdict =
  | { readonly kind: 'sound'; readonly lesser: readonly string[] }
  | { readonly kind: 'unsound'; readonly findings: readonly string[] }
  | { readonly kind: 'unasked'; readonly reason: string }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const isReport = (value: unknown): value is Report =>
  isRecord(value) &&
  isRecord(value.vulnerabilities) &&
  Object.values(value.vulnerabilities).every(
    (each) => isRecord(each) && typeof each.severity === 'string' && typeof each.range === 'string',
  )

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads what `npm audit --json` said; what is no report of it is never taken for a good one. */
export function verdictOf({ stdout, stderr }: Pick<Outcome, 'stdout' | 'stderr'>): Verdict {
  const report = parsed(stdout)
  if (!isReport(report)) {
    const said = isRecord(report) && typeof report.message === 'string' ? report.message : undefined
    const line = stderr.split('\n').find((each) => each.startsWith('npm error'))
    return { kind: 'unasked', reason: said ?? line ?? 'npm gave no report' }
  }
  const told = Object.entries(report.vulnerabilities).map(([name, { severity, range }]) => ({
    severity,
    line: `${severity}: ${name} ${range}`,
  }))
  const fails = ({ severity }: { severity: string }): boolean =>
    FAILING.some((failing) => failing === severity)
  const findings = told.filter(fails).map(({ line }) => line)
  if (findings.length > 0) return { kind: 'unsound', findings }
  return { kind: 'sound', lesser: told.map(({ line }) => line) }
}

/**
 * Asks the registry for advisories about the locked packages, and says what it answered.
 * @returns the exit code: 1 for findings of high severity, 0 otherwise, also where nothing could be asked: a machine without
 *   a network has no other answer, and the line says so
 */
export async function audit(args: readonly string[] = []): Promise<number> {
  if (args.length > 0) {
    process.stderr.write('prorata: audit takes no arguments\n')
    return 2
  }
  const env = { npm_config_fetch_retries: '0', npm_config_fetch_timeout: '20000' }
  const verdict = verdictOf(await run('npm', ['audit', '--json', '--package-lock-only'], { env }))
  if (verdict.kind === 'unasked') {
    process.stdout.write(`audit: could not ask for advisories, so nothing is known: ${verdict.reason}\n`)
    return 0
  }
  if (verdict.kind === 'unsound') {
    process.stdout.write(`audit: advisories of high severity:\n  ${verdict.findings.join('\n  ')}\n`)
    return 1
  }
  const lesser = verdict.lesser.map((line) => `\n  ${line}`).join('')
  process.stdout.write(`audit: no advisories of high severity${lesser && `; lesser ones:${lesser}`}\n`)
  return 0
}
