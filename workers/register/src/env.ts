import { z } from 'zod'
import { DisbursementError, hashTerms, parseTerms, type Terms } from '../../../disbursement/index.ts'
import { ProblemError } from './problem.ts'

/** What the Worker is bound to; wrangler.toml lists the same names. */
export type Env = {
  /** D1, of this Worker alone. */
  DB: D1Database
  SIGN_IN: RateLimit
  WRITES: RateLimit
  WRONG_SECRETS: RateLimit
  /** The program's terms file as JSON text: its name and currency. */
  PROGRAM: string
  /** The chain whose wallets sign in, in digits: a register is open before anything is deployed. */
  CHAIN_ID: string
  /** That chain's JSON-RPC: contract wallets are asked there whether a signature is theirs. */
  RPC_URL: string
  /** Where the page is, such as https://alex.example: the only origin that may use a session. */
  PAGE_ORIGIN: string
  /** {"version":"2026-03","url":"https://…"}: the privacy text investors agree to. */
  PRIVACY: string
  /** {"pending":180,"declined":30,"approved":3650}: days until an entry is deleted, after its last change. */
  RETENTION_DAYS: string
  /** {"1":"<base64 of 32 bytes>", …}: the keys of the private fields by version; the highest one encrypts. */
  REGISTER_KEYS: string
  /** The issuer's bearer secret; at least 16 characters, and not the API's. */
  PRORATA_REGISTER_SECRET: string
  /** With Cloudflare Access before the issuer's routes: https://<team>.cloudflareaccess.com and the application's audience tag. */
  ACCESS_TEAM?: string
  ACCESS_AUDIENCE?: string
  /** How long the chain may take for one answer, in milliseconds; 10000 when not set. */
  UPSTREAM_TIMEOUT_MS?: string
}

/** Hono's generics for every part of this Worker. */
export type App = { Bindings: Env; Variables: { requestId: string; wallet: `0x${string}` } }

export const STATUSES = ['pending', 'approved', 'declined'] as const
export type Status = (typeof STATUSES)[number]

export type Settings = {
  terms: Terms
  termsHash: `0x${string}`
  chainId: number
  /** Scheme, host and port, without a slash at the end. */
  pageOrigin: string
  privacy: { version: string; url: string }
  retentionDays: Record<Status, number>
}

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' })
    return z.NEVER
  }
})

const days = z.int({ error: 'must be whole days' }).min(1).max(36_500)

const schema = z.object({
  PROGRAM: json.transform((value, context): Terms => {
    try {
      return parseTerms(value)
    } catch (error) {
      const message = error instanceof DisbursementError ? error.message : 'must be a terms file'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
  }),
  CHAIN_ID: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/, { error: 'must be the chain id in digits' })
    .transform(Number),
  PAGE_ORIGIN: z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
    error: 'must be an origin such as https://alex.example, without a path',
  }),
  PRIVACY: json.pipe(
    z.strictObject({ version: z.string().min(1).max(40), url: z.url({ protocol: /^https?$/ }) }),
  ),
  RETENTION_DAYS: json.pipe(z.strictObject({ pending: days, declined: days, approved: days })),
})

let last: { env: Env; settings: Settings } | undefined

/**
 * The settings, read once for as long as an isolate keeps its environment.
 * @throws ProblemError misconfigured, naming the setting at fault
 */
export const settingsOf = (env: Env): Settings => {
  if (last?.env === env) return last.settings
  const result = schema.safeParse(env)
  if (!result.success) {
    const wrong = result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    throw new ProblemError('misconfigured', `Settings of this Worker are not right: ${wrong.join('; ')}`)
  }
  const { PROGRAM, CHAIN_ID, PAGE_ORIGIN, PRIVACY, RETENTION_DAYS } = result.data
  const settings: Settings = {
    terms: PROGRAM,
    termsHash: hashTerms(PROGRAM),
    chainId: CHAIN_ID,
    pageOrigin: PAGE_ORIGIN,
    privacy: PRIVACY,
    retentionDays: RETENTION_DAYS,
  }
  last = { env, settings }
  return settings
}

/** Now, in unix seconds: what every time in the database is. */
export const now = (): number => Math.floor(Date.now() / 1000)
