import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Terms } from '../disbursement/index.ts'
import type { Child } from './child.ts'
import { migrate, startWorker } from './workers.ts'

const CONFIG = 'workers/register/wrangler.toml'

export interface RegisterOptions {
  readonly terms: Terms
  readonly chainId: number
  readonly rpcUrl: string
  /** The only origin whose pages may use a session. */
  readonly pageOrigin: string
  readonly port: number
  /** Its database's own folder. */
  readonly persist: string
  readonly logs: string
  readonly onStarted: (child: Child) => void
  /** Its keys by version, as base64; a new one unless given. */
  readonly keys?: Readonly<Record<string, string>>
  readonly secret?: string
}

/** Starts the register with an issuer's secret and keys of its own, and waits until it answers. */
export async function openRegister(
  options: RegisterOptions,
): Promise<{ url: string; secret: string; child: Child }> {
  const { persist, logs, port, onStarted } = options
  const secret = options.secret ?? randomBytes(24).toString('hex')
  const settings = {
    PROGRAM: JSON.stringify(options.terms),
    CHAIN_ID: String(options.chainId),
    RPC_URL: options.rpcUrl,
    PAGE_ORIGIN: options.pageOrigin,
    PRIVACY: JSON.stringify({ version: '2025-10', url: `${options.pageOrigin}/#/privacy` }),
    RETENTION_DAYS: JSON.stringify({ pending: 180, declined: 30, approved: 3650 }),
    REGISTER_KEYS: JSON.stringify(options.keys ?? { 1: randomBytes(32).toString('base64') }),
    PRORATA_REGISTER_SECRET: secret,
  }
  await migrate(
    { config: CONFIG, name: 'prorata-register' },
    persist,
    join(logs, 'register-migrate.log'),
    settings,
  )
  const { url, child } = await startWorker({
    name: 'the register (wrangler)',
    config: CONFIG,
    port,
    persist,
    settings,
    logFile: join(logs, 'register.log'),
    onStarted,
  })
  return { url, secret, child }
}
