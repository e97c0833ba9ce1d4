import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { refused } from './refusal.ts'

/**
 * Every setting, its flag and what it is. A flag wins over the environment. Secrets have no flag on purpose: other users of
 * a machine can read a process's arguments.
 */
export const settingFlags = [
  { name: 'program', flag: '--program <file>', env: 'PRORATA_PROGRAM', about: "the program's terms file" },
  {
    name: 'deployment',
    flag: '--deployment <file>',
    env: 'PRORATA_DEPLOYMENT',
    about: 'the deployment file of the network',
  },
  {
    name: 'state',
    flag: '--state <folder>',
    env: 'PRORATA_STATE',
    about: 'folder for prepared periods (default .prorata/issuer)',
  },
  { name: 'rpcUrl', flag: '--rpc-url <url>', env: 'PRORATA_RPC_URL', about: "the chain's JSON-RPC endpoint" },
  { name: 'graphUrl', flag: '--graph-url <url>', env: 'PRORATA_GRAPH_URL', about: "the subgraph's endpoint" },
  { name: 'apiUrl', flag: '--api-url <url>', env: 'PRORATA_API_URL', about: 'the API' },
  {
    name: 'registerUrl',
    flag: '--register-url <url>',
    env: 'PRORATA_REGISTER_URL',
    about: 'the register of investors',
  },
  {
    name: 'walletUrl',
    flag: '--wallet-url <url>',
    env: 'PRORATA_WALLET_URL',
    about: 'a wallet with a JSON-RPC endpoint that signs, such as one with a Ledger behind it',
  },
  {
    name: 'bindings',
    flag: '--bindings <where>',
    env: 'PRORATA_BINDINGS',
    about: 'where R2 is: local or remote',
  },
  {
    name: 'persist',
    flag: '--persist <folder>',
    env: 'PRORATA_PERSIST',
    about: 'with local bindings, the folder wrangler persists to',
  },
  {
    name: 'wranglerConfig',
    flag: '--wrangler-config <file>',
    env: 'PRORATA_WRANGLER_CONFIG',
    about: "the API's wrangler configuration, which names the bucket (default: the one of this project)",
  },
] as const

const secretNames = {
  key: 'PRORATA_KEY',
  keystore: 'PRORATA_KEYSTORE',
  keystorePassword: 'PRORATA_KEYSTORE_PASSWORD',
  apiSecret: 'PRORATA_API_SECRET',
  registerSecret: 'PRORATA_REGISTER_SECRET',
} as const

type SettingName = (typeof settingFlags)[number]['name']
export type GivenSettings = Partial<Record<SettingName, string>>
export type Environment = Record<string, string | undefined>

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))

const settingsSchema = z.object({
  program: z.string().min(1),
  deployment: z.string().min(1),
  state: z.string().min(1).default('.prorata/issuer'),
  rpcUrl: httpUrl,
  graphUrl: httpUrl,
  apiUrl: httpUrl,
  /** Only for the register's commands: see registerClient.ts. */
  registerUrl: httpUrl.optional(),
  /** Where no key is given: see wallet.ts. */
  walletUrl: httpUrl.optional(),
  /** Only for the commands that store: see storage.ts. */
  bindings: z.enum(['local', 'remote']).optional(),
  persist: z.string().min(1).optional(),
  wranglerConfig: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../wrangler.toml', import.meta.url))),
})

/** What the commands need to know of their surroundings; paths are absolute, URLs have no slash at the end. */
export type Settings = z.infer<typeof settingsSchema>

export interface Secrets {
  key?: string
  keystore?: string
  keystorePassword?: string
  apiSecret?: string
  registerSecret?: string
}

const expected: Record<SettingName, string> = {
  program: 'a terms file, such as programs/alex.json',
  deployment: 'a deployment file, such as deployments/mainnet.json',
  state: 'a folder',
  rpcUrl: 'an http or https URL',
  graphUrl: 'an http or https URL',
  apiUrl: 'an http or https URL',
  registerUrl: 'an http or https URL',
  walletUrl: 'an http or https URL',
  bindings: 'local or remote',
  persist: 'a folder',
  wranglerConfig: 'a wrangler configuration file',
}

/** Joins flags and environment, an empty variable counting as unset, and says in one sentence everything that is not right. */
export function readSettings(flags: GivenSettings, env: Environment): Settings {
  return readSome(Object.keys(settingsSchema.shape) as SettingName[], flags, env)
}

/** The same for a command that needs only some of the settings; the others may be anything or nothing. */
export function readSome<Name extends SettingName>(
  names: readonly Name[],
  flags: GivenSettings,
  env: Environment,
): Pick<Settings, Name> {
  const wanted = settingFlags.filter(({ name }) => (names as readonly string[]).includes(name))
  const given: GivenSettings = {}
  for (const { name, env: variable } of wanted) {
    const value = flags[name] ?? (env[variable] || undefined)
    if (value !== undefined) given[name] = value
  }
  const mask = Object.fromEntries(names.map((name) => [name, true])) as Record<SettingName, true>
  const parsed = settingsSchema.pick(mask).safeParse(given)
  if (!parsed.success) {
    const bad = new Set(parsed.error.issues.map((issue) => issue.path[0]))
    const wrong = wanted
      .filter(({ name }) => bad.has(name))
      .map(({ name, env: variable, flag }) => {
        const state = given[name] === undefined ? 'is not set' : 'is not usable'
        return `${variable} (${flag.split(' ')[0]}) ${state}: it must be ${expected[name]}`
      })
    throw refused(wrong.join('; '))
  }
  const settings: Partial<Settings> = parsed.data
  for (const path of ['program', 'deployment', 'state', 'persist', 'wranglerConfig'] as const) {
    const value = settings[path]
    if (value !== undefined) settings[path] = resolve(value)
  }
  return settings as Pick<Settings, Name>
}

/** Takes the secrets out of the environment, so that no child process (wrangler starts some) inherits them. */
export function takeSecrets(env: Environment): Secrets {
  const secrets: Secrets = {}
  for (const [name, variable] of Object.entries(secretNames) as [keyof Secrets, string][]) {
    const value = env[variable]
    delete env[variable]
    if (value) secrets[name] = value
  }
  return secrets
}
