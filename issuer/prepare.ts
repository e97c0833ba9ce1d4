import { readFileSync } from 'node:fs'
import { type Hash, type Hex, keccak256 } from 'viem'
import {
  assetOf,
  currencyOf,
  type Disbursement,
  due,
  type LpPurchase,
  type Manifest,
  manifestJson,
  type Period,
  type PrimaryLot,
  periodOf,
  positions,
  prepareDisbursement,
} from '../disbursement/index.ts'
import { parseAmount } from './amounts.ts'
import { nonceOf, recordBlock } from './chain.ts'
import { findPublished, isCancelled, type Published, wordOf } from './events.ts'
import { historyOf, historyText, holderAddress, isTerminal } from './explain.ts'
import { lpPurchase } from './funding.ts'
import { requireAgreement } from './gate.ts'
import { earlierFunding, previousManifest, standingDistribution, unregisteredPublication } from './history.ts'
import { type LotRow, readHoldings, witnessHoldings } from './holders.ts'
import { jsonText, type Outcome, type Say } from './output.ts'
import { differencesOf, readPrepared, type Writing, writePrepared } from './prepared.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { readPublication, readSigned } from './publication.ts'
import { differs, exitCodes, Refusal, refused } from './refusal.ts'
import type { Settings } from './settings.ts'
import { lockFolder, periodFolder } from './state.ts'
import { requireStorage } from './storage.ts'
import { summaryOf, summaryText } from './summary.ts'

export interface PrepareOptions {
  period: string
  /** As typed: a decimal amount of the program's currency. */
  income: string
  /** A file whose hash goes into the manifest: what the income figure rests on. */
  statement?: string
  /** For a period paid in LP units: every transaction of their purchase. */
  fundingTx?: string[]
  replace?: boolean
  /** A holder whose whole history is printed too. */
  explain?: string
}

/** Works out a period and writes its files; publishes nothing. */
export async function prepare(settings: Settings, options: PrepareOptions, say: Say): Promise<Outcome> {
  requireStorage(settings)
  const surroundings = await openSurroundings(settings)
  const { terms, deployment, chain, subgraph } = surroundings
  const period = periodOf(terms, 'income', options.period)
  const currency = currencyOf(terms, deployment)
  const income = parseAmount(options.income, currency.decimals, '--income')
  const statementHash = options.statement === undefined ? null : hashFile(options.statement)
  const transactions = fundingTransactions(options.fundingTx ?? [], period)
  const explained = options.explain === undefined ? null : holderAddress(options.explain)

  const block = await recordBlock(chain, BigInt(deployment.genesisBlock), {
    name: period.name,
    end: period.endsAt,
  })
  say(`record block ${block.number} (${block.hash}), final`)
  const unregistered = await refusePublished(surroundings, period, block.number)
  const previous = await previousManifest(surroundings, period)
  if (previous !== null) say(`carried over from ${previous.period.name}`)

  const holdings = await readHoldings(subgraph, chain, block)
  await witnessHoldings(holdings, chain, deployment, block)
  say(
    `${holdings.accounts.length} accounts and ${holdings.lots.length} primary lots read; the chain says the same`,
  )
  const holders = positions(holdings.accounts, deployment.excluded)
  await requireAgreement(surroundings, block, holders, say)

  const lp = period.asset === 'lp' ? await purchase(surroundings, transactions, previous) : null
  const disbursement = prepareDisbursement({
    terms,
    deployment,
    stream: period.stream,
    period: period.name,
    positions: holders,
    lots: holdings.lots.map(lotOf),
    recordBlock: block,
    income,
    statementHash,
    funded: lp?.received ?? due(income, period.incomeShareBps),
    lp,
    previous,
  })
  if (unregistered !== null && unregistered.manifestHash !== disbursement.manifestHash) {
    throw refused(
      `${period.name} is published already in transaction ${unregistered.transaction}, with other figures (manifest ${unregistered.manifestHash}) and not registered with the API: prepare it with those, and run publish to register it`,
    )
  }
  const stored = await store(surroundings, period, disbursement, options.replace ?? false)
  if (explained === null) return stored
  const history = await historyOf(chain, surroundings, explained, block.number)
  const text = historyText(history, surroundings, block.number, isTerminal())
  return { ...stored, json: { ...stored.json, explain: history }, text: `${stored.text}\n\n${text}` }
}

async function store(
  surroundings: Surroundings,
  period: Period,
  disbursement: Disbursement,
  replace: boolean,
): Promise<Outcome> {
  const { settings, terms, deployment } = surroundings
  const { manifest, manifestHash, root } = disbursement
  const folder = periodFolder(settings.state, deployment.network, terms.name, period.name)
  const summary = summaryOf(manifest, manifestHash)
  const unlock = lockFolder(folder)
  let state: Writing
  try {
    const isOver = await wasCancelled(surroundings, folder, period.name)
    state = await writePrepared(folder, disbursement, jsonText(summary), isOver, async (old) => {
      if (!replace) throw differs(differenceText(period.name, folder, old, manifest))
      await refuseUnderWay(surroundings, folder)
    })
  } finally {
    unlock()
  }
  const ending = {
    written: `Prepared in ${folder}.`,
    unchanged: `Unchanged: ${folder} holds these very files already.`,
    replaced: `Prepared anew in ${folder}; the files before are kept beside it.`,
  }[state]
  const next =
    root === null
      ? `Nobody is paid: publish --period ${period.name} records what carries over.`
      : `Next: publish --period ${period.name}`
  return {
    json: { ...summary, folder, state },
    text: [summaryText(manifest, manifestHash, terms.token.decimals), '', ending, next].join('\n'),
  }
}

function hashFile(file: string): Hex {
  try {
    return keccak256(readFileSync(file))
  } catch (cause) {
    throw refused(`${file} cannot be read: --statement must name the income statement's file`, { cause })
  }
}

function fundingTransactions(given: readonly string[], period: Period): Hash[] {
  if (period.asset === 'currency') {
    if (given.length === 0) return []
    throw refused(`${period.name} is paid in the income's currency, so it has no --funding-tx: leave it out`)
  }
  if (given.length === 0) {
    throw refused(
      `${period.name} is paid in LP units: name the transactions that bought them with --funding-tx`,
    )
  }
  const hashes = given.map((hash) => hash.toLowerCase())
  if (new Set(hashes).size !== hashes.length) throw refused('--funding-tx names a transaction twice')
  return hashes.map((hash) => {
    if (/^0x[0-9a-f]{64}$/.test(hash)) return hash as Hash
    throw refused('--funding-tx must be a transaction hash: 0x and 64 hexadecimal digits')
  })
}

async function purchase(
  surroundings: Surroundings,
  transactions: readonly Hash[],
  previous: Manifest | null,
): Promise<LpPurchase> {
  const used = await earlierFunding(surroundings, previous)
  for (const transaction of transactions) {
    const period = used.get(transaction)
    if (period !== undefined) {
      throw refused(`the funding transaction ${transaction} funded ${period} already: name this period's own`)
    }
  }
  return lpPurchase(surroundings.chain, surroundings.deployment, transactions)
}

function lotOf({ transaction, logIndex, buyer, amount }: LotRow): PrimaryLot {
  return {
    transaction: transaction as Hash,
    logIndex: Number(logIndex),
    buyer: buyer as Hex,
    amount: BigInt(amount),
  }
}

/**
 * A period is published once; what stands can only be cancelled, and only in its challenge window.
 * @returns a publication that stands but was never registered: preparing the same again leads to its registration
 */
async function refusePublished(
  surroundings: Surroundings,
  period: Period,
  recordBlock: bigint,
): Promise<Published | null> {
  const standing = await standingDistribution(surroundings, period)
  if (standing !== null) {
    throw refused(
      `${period.name} is published already: distribution ${standing.published.id} in transaction ${standing.published.transaction}`,
    )
  }
  const { address } = assetOf(surroundings.terms, surroundings.deployment, period)
  return unregisteredPublication(surroundings, period, address, recordBlock)
}

/**
 * Whether the prepared files belong to a distribution that was published and taken back: then they are history, and the
 * period is prepared as if for the first time.
 */
async function wasCancelled(
  { chain, terms, deployment }: Surroundings,
  folder: string,
  period: string,
): Promise<boolean> {
  const prepared = readIntact(() => readPrepared(folder, period, { terms, deployment }))
  const publication = prepared === null ? null : readIntact(() => readPublication(folder, prepared))
  if (prepared === null || publication === null) return false
  const { issuer, token, id } = publication
  if ((await wordOf(chain, deployment.distributor, id)) === 0n) return false
  const from = prepared.manifest.recordBlock.number
  const published = (await findPublished(chain, deployment.distributor, { issuer, token }, from)).find(
    (each) => each.id === id,
  )
  return published !== undefined && isCancelled(chain, deployment.distributor, published)
}

/** Files may be replaced as long as no transaction that publishes them can still be mined. */
async function refuseUnderWay({ chain, deployment }: Surroundings, folder: string): Promise<void> {
  const signed = readIntact(() => readSigned(folder))
  if (signed === null || (await nonceOf(chain, deployment.issuer)) > signed.nonce) return
  throw refused(
    `the transaction ${signed.hash} that publishes the prepared files is signed and may still be mined: run publish to see it through, or spend the issuer's nonce ${signed.nonce} on another transaction first`,
  )
}

/** Damaged files are what --replace is for. */
function readIntact<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal && error.exitCode === exitCodes.differs) return null
    throw error
  }
}

const MOST_DIFFERENCES = 6

/** What was given comes before what follows from it. */
const given = [
  'income',
  'payout.funded',
  'lp',
  'termsHash',
  'parameters',
  'recordBlock',
  'lotsHash',
  'previous',
]

function rank(line: string): number {
  const place = given.findIndex((part) => line.startsWith(part))
  return place < 0 ? given.length : place
}

function differenceText(period: string, folder: string, old: Uint8Array, manifest: Manifest): string {
  let before: unknown
  try {
    before = JSON.parse(new TextDecoder().decode(old))
  } catch {
    return `the manifest in ${folder} is damaged: give --replace to prepare ${period} anew`
  }
  const lines = differencesOf(before, manifestJson(manifest)).sort((a, b) => rank(a) - rank(b))
  if (lines.length === 0)
    return `the files in ${folder} are damaged: give --replace to prepare ${period} anew`
  const more = lines.length > MOST_DIFFERENCES ? ` and ${lines.length - MOST_DIFFERENCES} more` : ''
  return `${period} was prepared differently before (${lines.slice(0, MOST_DIFFERENCES).join('; ')}${more}): give --replace to put the new one in its place`
}
