import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import {
  type BallotsFile,
  count,
  decodeDocument,
  documentBytes,
  documentHash,
  examineBallots,
  inOrder,
  type Poll,
} from '../polls/index.ts'
import { apiSource, lastBlockBefore, pollWeights, walletAt, weightDifferences } from '../verify/index.ts'
import { formatAmount } from './amounts.ts'
import { type Block, latestBlock } from './chain.ts'
import type { Outcome, Say } from './output.ts'
import { fetchBallots, fetchPoll, fetchWeights, type ToldPoll, tellDocument } from './pollApi.ts'
import { noticesUnder, type PollSafeOptions, putUpOnce, writers } from './pollNotice.ts'
import { pollFolder } from './pollOpen.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { differs, missing, refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { lockFolder, readIfThere, writeOnce } from './state.ts'

/**
 * Closes a poll that is over: weighs again, asks contract wallets as they are at the closing block, counts, writes the
 * ballots file, puts up its hash, and hands it to the API. What was written stays: a later run goes on with it.
 */
export async function closePoll(
  settings: Settings,
  secrets: Secrets,
  which: string,
  options: PollSafeOptions,
  say: Say,
): Promise<Outcome> {
  const surroundings = await openSurroundings(settings)
  const { chain, deployment } = surroundings
  const { signing, apiSecret } = await writers(secrets, surroundings, options)
  const told = await fetchPoll(settings.apiUrl, which)
  const folder = pollFolder(settings, surroundings, told.poll.name)
  mkdirSync(folder, { recursive: true })
  const unlock = lockFolder(folder)
  try {
    const file = await ballotsFile(surroundings, told, join(folder, 'ballots.json'), say)
    const hash = documentHash(file)
    const board = { settings, chain, deployment, signing, say }
    const [, before] = await noticesUnder(board, told.id)
    if (before !== undefined && before.notice !== hash) {
      throw differs(
        `the ballots of ${told.poll.name} were put up already with the hash ${before.notice}, and this file's is ${hash}`,
      )
    }
    const transaction = await putUpOnce(board, folder, told.id, hash)
    await tellDocument(settings.apiUrl, apiSecret, told.id, file, transaction)
    return outcomeOf(surroundings, told, file, hash, transaction)
  } finally {
    unlock()
  }
}

async function ballotsFile(
  surroundings: Surroundings,
  told: ToldPoll,
  path: string,
  say: Say,
): Promise<BallotsFile> {
  const written = readIfThere(path)
  if (written !== null) {
    const document = decodeDocument(new Uint8Array(written))
    if (document.kind !== 'ballots' || documentHash(document.poll) !== told.id)
      throw refused(`${path} is not the ballots file of this poll: remove it`)
    return document
  }
  const file = await make(surroundings, told, say)
  if (!writeOnce(path, documentBytes(file)))
    throw missing(`another run wrote ${path} meanwhile: run this again`)
  return file
}

async function make(surroundings: Surroundings, told: ToldPoll, say: Say): Promise<BallotsFile> {
  const { chain, settings } = surroundings
  const { id, poll } = told
  const closingBlock = await closing(surroundings, poll)
  const weights = await fetchWeights(settings.apiUrl, told)
  const source = apiSource(settings.apiUrl)
  const replayed = await pollWeights(chain, surroundings, poll.recordBlock.number, source)
  const [different] = weightDifferences(weights, replayed.weights)
  if (different !== undefined)
    throw differs(`the weights of ${poll.name} do not follow from the chain: ${different}`)
  const ballots = inOrder(poll, await fetchBallots(settings.apiUrl, id))
  const ask = walletAt(chain, closingBlock.number)
  const { casts, refused: away, faults } = await examineBallots(poll, weights, ballots, ask)
  const [fault] = faults
  if (fault !== undefined) {
    throw differs(`the API shows a ballot of ${fault.voter} that does not belong there: ${fault.fault}`)
  }
  say(`${ballots.length} ballots, ${away.length} of them not stood by at block ${closingBlock.number}`)
  return {
    kind: 'ballots',
    version: 1,
    poll,
    weights,
    leaves: replayed.leaves,
    closingBlock,
    ballots,
    refused: away,
    result: count(poll.options.length, weights, casts),
  }
}

async function closing({ chain, deployment }: Surroundings, poll: Poll): Promise<Block> {
  const end = new Date(Number(poll.closesAt) * 1000).toISOString()
  if ((await latestBlock(chain)).timestamp < poll.closesAt)
    throw refused(`the poll ${poll.name} goes on until ${end}`)
  const block = await lastBlockBefore(chain, BigInt(deployment.genesisBlock), poll.closesAt)
  if (block === null) {
    throw missing(`the close of ${poll.name} at ${end} is not final yet: try again in a while`)
  }
  return block
}

function outcomeOf(
  { terms }: Surroundings,
  { id, poll }: ToldPoll,
  file: BallotsFile,
  hash: Hex,
  transaction: Hex,
): Outcome {
  const { result } = file
  const { decimals, symbol } = terms.token
  const amount = (value: bigint) => `${formatAmount(value, decimals)} ${symbol}`
  return {
    json: {
      id,
      name: poll.name,
      ballots: hash,
      transaction,
      closingBlock: file.closingBlock,
      received: file.ballots.length,
      refused: file.refused,
      result: {
        ...result,
        options: poll.options.map((option, at) => ({ option, weight: result.options[at] })),
      },
    },
    text: [
      `The poll ${poll.name} is counted: ${poll.question}`,
      ...poll.options.map((option, at) => `  ${amount(result.options[at] ?? 0n)}  ${option}`),
      `turnout       ${result.holders} of ${poll.holders} holders, ${amount(result.voted)} of ${amount(result.eligible)}`,
      `ballots file  ${hash}`,
      `put up in     ${transaction}`,
    ].join('\n'),
  }
}
