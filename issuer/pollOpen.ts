import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { hashTerms, positions, ReplayError, utcSeconds } from '../disbursement/index.ts'
import {
  documentBytes,
  documentHash,
  eligibleOf,
  MOST,
  type Poll,
  PollError,
  parsePoll,
  parseWeights,
  type Weight,
} from '../polls/index.ts'
import { apiSource, pollWeights } from '../verify/index.ts'
import { formatAmount } from './amounts.ts'
import { finalizedBlock, latestBlock } from './chain.ts'
import { requireSamePositions } from './gate.ts'
import { readHoldings } from './holders.ts'
import type { Outcome, Say } from './output.ts'
import { fetchPolls, tellPoll } from './pollApi.ts'
import { type PollSafeOptions, putUpOnce, writers } from './pollNotice.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { differs, missing, refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { lockFolder, readIfThere, writeFolder } from './state.ts'

export interface OpenOptions extends PollSafeOptions {
  name: string
  question: string
  option: string[]
  closes: string
  opens?: string
}

/** Where a poll's files lie; no period's name begins so. */
export const pollFolder = (
  settings: Pick<Settings, 'state'>,
  { terms, deployment }: Pick<Surroundings, 'terms' | 'deployment'>,
  name: string,
) => join(settings.state, deployment.network, terms.name, `poll~${name}`)

/**
 * Opens a poll: weighs every holder at the last final block by two witnesses, fixes the document, announces its hash on chain,
 * and hands it to the API. What was fixed stays so: a later run with the same name goes on with it.
 */
export async function openPoll(
  settings: Settings,
  secrets: Secrets,
  options: OpenOptions,
  say: Say,
): Promise<Outcome> {
  const surroundings = await openSurroundings(settings)
  const { chain, deployment } = surroundings
  const { signing, apiSecret } = await writers(secrets, surroundings, options)
  const asked = readOptions(options)
  const folder = pollFolder(settings, surroundings, options.name)
  mkdirSync(join(folder, '..'), { recursive: true })
  const unlock = lockFolder(folder)
  try {
    const { poll, weights } = readFixed(folder, asked) ?? (await fix(surroundings, folder, asked, say))
    const id = documentHash(poll)
    const board = { settings, chain, deployment, signing, say }
    const transaction = await putUpOnce(board, folder, id, id)
    await tellPoll(settings.apiUrl, apiSecret, poll, weights, transaction)
    return outcomeOf(surroundings, id, poll, transaction)
  } finally {
    unlock()
  }
}

type Asked = Pick<Poll, 'name' | 'question' | 'options' | 'closesAt'> & { opensAt: bigint | null }

function readOptions({ name, question, option, closes, opens }: OpenOptions): Asked {
  const time = (text: string, flag: string): bigint => {
    const seconds = utcSeconds(text)
    if (seconds === null)
      throw refused(`${flag} must be a time in UTC to the second, such as 2026-05-01T00:00:00Z, not ${text}`)
    return seconds
  }
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw refused('--name must be of lower-case letters, digits and hyphens, such as 2026-moving')
  }
  if (option.length < 2 || option.length > MOST.options)
    throw refused(`--option must be given from 2 to ${MOST.options} times, not ${option.length}`)
  const opensAt = opens === undefined ? null : time(opens, '--opens')
  return { name, question, options: option, closesAt: time(closes, '--closes'), opensAt }
}

function readFixed(folder: string, asked: Asked): { poll: Poll; weights: Weight[] } | null {
  const [document, list] = ['poll.json', 'weights.json'].map((name) => readIfThere(join(folder, name)))
  if (document == null || list == null) return null
  const poll = parsePoll(JSON.parse(document.toString()))
  const fixed = [poll.question, ...poll.options, poll.closesAt, asked.opensAt === null ? null : poll.opensAt]
  if (fixed.join('\n') !== [asked.question, ...asked.options, asked.closesAt, asked.opensAt].join('\n')) {
    throw refused(
      `the poll ${poll.name} was fixed with another question, other options or other times: give it the same again, or another name (${folder})`,
    )
  }
  return { poll, weights: parseWeights(JSON.parse(list.toString()), poll) }
}

async function fix(
  surroundings: Surroundings,
  folder: string,
  asked: Asked,
  say: Say,
): Promise<{ poll: Poll; weights: Weight[] }> {
  const { chain, deployment, terms, settings } = surroundings
  const { noticeboard } = deployment
  if (noticeboard === null) {
    throw refused('the deployment file names no noticeboard: deploy one, and name it there')
  }
  const { receiptSigner, polls } = await fetchPolls(settings.apiUrl)
  if (receiptSigner === null)
    throw refused('the API signs no receipts: set PRORATA_RECEIPT_KEY of the Worker to a key of its own')
  if (polls.some(({ name }) => name === asked.name))
    throw refused(`there is a poll ${asked.name} already: give this one another name`)
  const now = (await latestBlock(chain)).timestamp
  if (asked.closesAt <= now) throw refused('--closes must be in the future by the clock of the chain')
  const { block, weights } = await weigh(surroundings, say)
  const poll = checked({
    kind: 'poll',
    version: 1,
    chainId: deployment.chainId,
    noticeboard,
    program: terms.name,
    terms: hashTerms(terms),
    issuer: deployment.issuer,
    token: deployment.token,
    name: asked.name,
    question: asked.question,
    options: asked.options,
    recordBlock: block,
    opensAt: asked.opensAt ?? now,
    closesAt: asked.closesAt,
    weights: documentHash(weights),
    holders: weights.length,
    eligible: eligibleOf(weights),
    receiptSigner,
  })
  writeFolder(folder, { 'poll.json': documentBytes(poll), 'weights.json': documentBytes(weights) })
  return { poll, weights }
}

/** The schema's own words for what the issuer typed. */
function checked(poll: Poll): Poll {
  try {
    return parsePoll(JSON.parse(new TextDecoder().decode(documentBytes(poll))))
  } catch (error) {
    if (error instanceof PollError) throw refused(error.message)
    throw error
  }
}

/** Every holder's weight at the last final block, which subgraph and replay must tell alike. */
async function weigh(surroundings: Surroundings, say: Say) {
  const { chain, deployment, subgraph, settings } = surroundings
  const block = await finalizedBlock(chain)
  if (block === null) throw missing('the chain has no final block yet: try again in a while')
  say(`record block ${block.number} (${block.hash}), final`)
  const { accounts } = await readHoldings(subgraph, chain, block)
  const replayed = await pollWeights(chain, surroundings, block.number, apiSource(settings.apiUrl)).catch(
    (cause) => {
      if (!(cause instanceof ReplayError)) throw cause
      throw differs(`the chain's logs make no ledger: ${cause.message}`, { cause })
    },
  )
  requireSamePositions(positions(accounts, deployment.excluded), replayed.positions, block)
  const { weights } = replayed
  if (weights.length === 0) throw refused(`nobody weighs anything at block ${block.number}`)
  if (weights.length > MOST.holders)
    throw refused(`${weights.length} holders weigh something; a poll has at most ${MOST.holders}`)
  return { block, weights }
}

function outcomeOf({ terms }: Surroundings, id: Hex, poll: Poll, transaction: Hex): Outcome {
  const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString()
  const { decimals, symbol } = terms.token
  return {
    json: {
      id,
      name: poll.name,
      transaction,
      recordBlock: poll.recordBlock,
      holders: poll.holders,
      eligible: poll.eligible,
      opensAt: poll.opensAt,
      closesAt: poll.closesAt,
    },
    text: [
      `The poll ${poll.name} is open: ${poll.question}`,
      `id            ${id}`,
      `holders       ${poll.holders}, with ${formatAmount(poll.eligible, decimals)} ${symbol} at block ${poll.recordBlock.number}`,
      `announced     ${transaction}`,
      `ballots       from ${time(poll.opensAt)} to ${time(poll.closesAt)}`,
    ].join('\n'),
  }
}
