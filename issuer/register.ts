// What the issuer does with the register: one function a command, each with its JSON and its text.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Hex } from 'viem'
import { formatAmount, formatShort } from './amounts.ts'
import { connect } from './chain.ts'
import type { Outcome, Say } from './output.ts'
import { jsonText } from './output.ts'
import { loadProgram } from './program.ts'
import { exitCodes, refused } from './refusal.ts'
import { type Register, type RegisterEntry, STATUSES, type Status } from './registerClient.ts'
import { lotsOnChain, type Match, matchLots, offeringRoot } from './registerMatch.ts'
import type { Settings } from './settings.ts'
import { table } from './table.ts'

type Currency = { symbol: string; decimals: number }

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
const pledged = ({ pledge }: RegisterEntry, { symbol, decimals }: Currency) =>
  pledge === null ? '' : `${formatAmount(BigInt(pledge), decimals)} ${symbol}`

/** @throws Refusal for a status there is not */
function statusOf(text: string | undefined): Status | undefined {
  if (text === undefined || STATUSES.includes(text as Status)) return text as Status | undefined
  throw refused(`--status must be one of ${STATUSES.join(', ')}`)
}

export async function listEntries(register: Register, options: { status?: string }): Promise<Outcome> {
  const status = statusOf(options.status)
  const entries = await register.entries(status === undefined ? {} : { status })
  const currency = await register.currency()
  const rows = entries.map((entry) => [
    entry.wallet,
    entry.status,
    entry.name ?? '(unreadable)',
    entry.email ?? '(unreadable)',
    pledged(entry, currency),
    day(entry.createdAt),
    day(entry.deleteAfter),
  ])
  const columns = ['wallet', 'status', 'name', 'e-mail', 'pledge', 'entered', 'kept until'].map((title) =>
    title === 'pledge' ? { title, align: 'right' as const } : { title },
  )
  return { json: { entries }, text: entries.length === 0 ? 'nobody' : table(columns, rows) }
}

/** The entries that wallets or ids name. @throws Refusal naming the first that is not there */
async function entriesOf(register: Register, whom: readonly string[]): Promise<RegisterEntry[]> {
  const found: RegisterEntry[] = []
  let all: readonly RegisterEntry[] | undefined
  for (const who of whom) {
    let entry: RegisterEntry | undefined
    if (/^0x[0-9a-fA-F]{40}$/.test(who)) {
      entry = (await register.entries({ wallet: who.toLowerCase() }))[0]
    } else if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(who)) {
      all ??= await register.entries()
      entry = all.find(({ id }) => id === who)
    } else {
      throw refused(`${who} names nobody: give a wallet (0x and 40 hexadecimal digits) or the id of an entry`)
    }
    if (entry === undefined)
      throw refused(`${who} is not in the register: prorata register list shows who is`)
    found.push(entry)
  }
  return found
}

const DECIDED = { approved: 'approved', declined: 'declined', pending: 'reopened' } as const

/** Decides upon entries as they are now; whom it is decided upon already is left as is. */
export async function decideEntries(
  register: Register,
  whom: readonly string[],
  status: Status,
  options: { reason?: string } = {},
): Promise<Outcome> {
  const reason = options.reason === '-' ? readFileSync(0, 'utf8').trim() : options.reason
  const decided: RegisterEntry[] = []
  for (const entry of await entriesOf(register, whom))
    decided.push(await register.decide(entry, status, reason))
  return {
    json: { entries: decided.map(({ id, wallet, status: now }) => ({ id, wallet, status: now })) },
    text: decided.map(({ wallet }) => `${wallet} ${DECIDED[status]}`).join('\n'),
  }
}

/** Writes a file that only its owner can read. @throws Refusal where there is one already */
function writePrivate(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? 'is there already' : 'cannot be written'
    throw refused(`${file} ${why}: --out must name a file that is not there yet, in a folder that is`, {
      cause,
    })
  }
}

export async function exportEntries(
  register: Register,
  options: { out?: string; status?: string },
): Promise<Outcome> {
  const csv = await register.csv(statusOf(options.status))
  if (options.out === undefined) return { json: { csv }, text: csv.trimEnd() }
  writePrivate(options.out, csv)
  const entries = csv.split('\r\n').length - 2
  return { json: { file: options.out, entries }, text: `${entries} entries written to ${options.out}` }
}

export async function deleteEntries(
  register: Register,
  whom: readonly string[],
  options: { all?: boolean; yes?: boolean },
): Promise<Outcome> {
  if (options.all !== true && whom.length === 0) throw refused('name whom to delete, or --all')
  if (options.all === true && whom.length > 0) throw refused('name whom to delete, or --all, not both')
  const entries = options.all ? await register.entries() : await entriesOf(register, whom)
  if (options.yes !== true) {
    throw refused(
      `this would delete ${entries.length} entries for good: say --yes when it shall; prorata register export keeps a copy`,
    )
  }
  for (const { id } of entries) await register.delete(id)
  return { json: { deleted: entries.map(({ id }) => id) }, text: `${entries.length} entries deleted` }
}

/** Seals the approved wallets when told to; shows the last list, and writes it with every proof where told to. */
export async function allowList(
  register: Register,
  options: { seal?: boolean; out?: string },
): Promise<Outcome> {
  const list = options.seal ? await register.sealAllowList() : await register.allowList()
  if (list === null)
    throw refused('no allow-list has been sealed: prorata register allow-list --seal makes one')
  const { root, wallets, sealedAt } = list
  if (options.out !== undefined) {
    writePrivate(options.out, jsonText({ root, sealedAt, wallets: await register.allowed(root) }))
  }
  const written = options.out === undefined ? '' : `\nwritten with every proof to ${options.out}`
  return {
    json: { root, wallets, sealedAt, ...(options.out !== undefined && { file: options.out }) },
    text: `${root}\n${wallets} wallets, sealed on ${day(sealedAt)}; deploy the offering with it as allowListRoot${written}`,
  }
}

/** Seals every entry with the newest key, batch after batch; begun again, it goes on with what is left. */
export async function rotateKeys(register: Register, say: Say): Promise<Outcome> {
  const unreadable: string[] = []
  let rotated = 0
  for (let after = 0; ; ) {
    const batch = await register.rotate(after)
    rotated += batch.rotated
    unreadable.push(...batch.unreadable)
    if (batch.next === null) {
      const rest = unreadable.map((id) => `\nno key opens ${id}`).join('')
      const done =
        rest === '' ? 'every entry has it now; the older keys can go' : `keep the older keys${rest}`
      return {
        json: { version: batch.version, rotated, unreadable },
        text: `${rotated} entries sealed with key ${batch.version}; ${done}`,
        exitCode: unreadable.length === 0 ? exitCodes.ok : exitCodes.differs,
      }
    }
    after = batch.next
    say(`${rotated} entries sealed with key ${batch.version}`)
  }
}

export async function showLog(register: Register, options: { entry?: string }): Promise<Outcome> {
  const log = await register.log(options.entry)
  const rows = log.map(({ at, actor, action, entry, entries }) => [
    new Date(at * 1000).toISOString(),
    actor,
    action,
    entry ?? `${entries} entries`,
  ])
  const columns = ['when', 'who', 'did', 'to'].map((title) => ({ title }))
  return { json: { log }, text: table(columns, rows) }
}

/** Brings the register and the primary lots on chain together. Exit 2: somebody bought whom the register does not know. */
export async function matchRegister(
  register: Register,
  settings: Pick<Settings, 'program' | 'deployment' | 'rpcUrl'>,
): Promise<Outcome> {
  const program = loadProgram(settings)
  const { deployment, terms } = program
  const chain = await connect(settings.rpcUrl, deployment.chainId)
  const [entries, sealed, { lots, positions }, root] = await Promise.all([
    register.entries(),
    register.allowList(),
    lotsOnChain(chain, program),
    offeringRoot(chain, deployment.offering),
  ])
  const matches = matchLots(entries, lots, positions)
  const { symbol, decimals } = terms.currency
  const line = ({ holder, wallets, bought, paid, pledged, entries: own, lots }: Match): string[] => [
    holder + (wallets.length > 1 ? ` and ${wallets.length - 1} linked` : ''),
    own.map(({ name, status }) => `${name ?? '(unreadable)'}, ${status}`).join('; ') || 'nobody',
    pledged === 0n ? '' : formatAmount(pledged, decimals),
    paid === null || lots.length === 0 ? '' : formatAmount(paid, decimals),
    bought === 0n ? '' : formatShort(bought, terms.token.decimals),
  ]
  const columns = [
    { title: 'holder' },
    { title: 'register' },
    ...[`pledged ${symbol}`, `paid ${symbol}`, `bought ${terms.token.symbol}`].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ]
  const part = (title: string, those: readonly Match[]) =>
    `${title}: ${those.length}${those.length === 0 ? '' : `\n${table(columns, those.map(line))}`}`
  return {
    json: { ...matches, allowListRoot: { offering: root, sealed: sealed?.root ?? null } },
    text: [
      part('Approved and bought', matches.matched),
      part('Bought without an approved entry', matches.unmatchedLots),
      part('Entered and not bought', matches.unmatchedEntries),
      rootSentence(root, (sealed?.root ?? null) as Hex | null),
    ].join('\n\n'),
    exitCode: matches.unmatchedLots.length === 0 ? exitCodes.ok : exitCodes.differs,
  }
}

function rootSentence(offering: Hex | null, sealed: Hex | null): string {
  if (offering === null) return 'The offering has no allow-list: anybody may buy.'
  if (offering === sealed)
    return `The offering was deployed with the last allow-list sealed here, ${offering}.`
  return `The offering was deployed with ${offering}, which is not the last allow-list sealed here (${sealed ?? 'none'}).`
}
