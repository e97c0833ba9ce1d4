import { BaseError, erc20Abi, type Hex, numberToHex } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { claimFromRecords, paymentsOf } from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { formatAmount, formatShort, parseAmount } from './amounts.ts'
import { type Chain, isAway, latestBlock } from './chain.ts'
import { publishingCall } from './delivery.ts'
import { MOST_AT_ONCE, maskOf } from './manner.ts'
import type { Outcome } from './output.ts'
import { openPrepared, type PreparedPeriod } from './preparedPeriod.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { type Publication, publicationOf } from './publication.ts'
import { refused } from './refusal.ts'
import { type Call, dataOf } from './safe.ts'
import type { Settings } from './settings.ts'
import { table } from './table.ts'

export interface QuoteOptions {
  period: string
  stream?: string
  /** What an ether costs in dollars, as typed. */
  ethPrice?: string
  /** As for publish: whom distribute leaves out. */
  dust?: string
}

/** Decimals in which money is counted here: a claim costs cents. */
const CENTS = 4

/**
 * Gas as bench/gas measured it, for an RPC that cannot simulate; a test compares it with those figures. `payment` is what
 * one account more adds to a distribution.
 */
export const measuredGas = {
  approve: 46_000n,
  publish: 68_247n,
  claim: 49_922n,
  distribute: 370_777n,
  payments: 30n,
  payment: 11_000n,
} as const

interface Gas {
  /** `simulated` by the RPC on the chain as it is; else as `measured` on a chain of our own. */
  source: 'simulated' | 'measured'
  approve: bigint
  publish: bigint
  claim: bigint
  distribute: bigint | null
}

/** What it costs to let everyone claim, and to pay everyone at once: gas, and money by the price of gas now. */
export async function quote(settings: Settings, options: QuoteOptions): Promise<Outcome> {
  const surroundings = await openSurroundings(settings)
  return quoteOf(surroundings, openPrepared(surroundings, options), options)
}

/** The same for a period at hand. */
export async function quoteOf(
  { chain, terms }: Pick<Surroundings, 'chain' | 'terms'>,
  { period, prepared }: PreparedPeriod,
  { ethPrice, dust }: Pick<QuoteOptions, 'ethPrice' | 'dust'>,
): Promise<Outcome> {
  const { manifest } = prepared
  const { root, totals } = manifest
  const price = ethPrice === undefined ? null : parseAmount(ethPrice, CENTS, '--eth-price')
  if (price === 0n) throw refused('--eth-price must be above zero: what one ether costs in dollars')
  if (root === null) {
    return {
      json: { stream: period.stream, period: period.name, accounts: 0, ways: [] },
      text: `${period.name} pays nobody: nothing is sent, and it costs nothing.`,
    }
  }
  const accounts = totals.leaves
  const mask = accounts > MOST_AT_ONCE ? null : maskOf(manifest, dust)
  const { timestamp } = await latestBlock(chain)
  const claimed = publicationOf(prepared, root, terms, timestamp)
  const paid = mask === null ? null : publicationOf(prepared, root, terms, timestamp, { mask, room: null })
  const gas = (await simulated(chain, prepared, claimed, paid)) ?? measured(accounts, mask)
  const gasPrice = await chain.getGasPrice()
  const left = mask === null ? accounts : bitsIn(mask)
  const way = (name: string, issuer: bigint, claiming: number) => ({
    way: name,
    issuer: costOf(issuer, gasPrice, price),
    holder: costOf(claiming === 0 ? 0n : gas.claim, gasPrice, price),
    claiming,
    together: costOf(issuer + gas.claim * BigInt(claiming), gasPrice, price),
  })
  const ways = [
    way('publish', gas.approve + gas.publish, accounts),
    ...(gas.distribute === null ? [] : [way('distribute', gas.approve + gas.distribute, left)]),
  ]
  return {
    json: {
      ...{ stream: period.stream, period: period.name, accounts },
      ...{ gasPrice, ethPrice: ethPrice ?? null, source: gas.source, ways },
    },
    text: textOf(accounts, gasPrice, gas, ways),
  }
}

interface Cost {
  gas: bigint
  wei: bigint
  /** In ten-thousandths of a dollar; null without a price. */
  money: bigint | null
}

function costOf(gas: bigint, gasPrice: bigint, price: bigint | null): Cost {
  const wei = gas * gasPrice
  return { gas, wei, money: price === null ? null : (wei * price) / 10n ** 18n }
}

const bitsIn = (mask: bigint) => [...mask.toString(2)].filter((bit) => bit === '1').length

function measured(accounts: number, mask: bigint | null): Gas {
  const { approve, publish, claim, distribute, payments, payment } = measuredGas
  const paid = mask === null ? null : BigInt(accounts - bitsIn(mask))
  const all = paid === null ? null : distribute + (paid - payments) * payment
  return { source: 'measured', approve, publish, claim, distribute: all }
}

/**
 * Has the RPC play it (eth_simulateV1): approving and publishing, a claim once it is open, and approving and paying at once.
 * @returns null where it cannot, or where the issuer does not have the money yet
 */
async function simulated(
  chain: Chain,
  prepared: PreparedPeriod['prepared'],
  claimed: Publication,
  paid: Publication | null,
): Promise<Gas | null> {
  const { issuer } = claimed
  const approval = (publication: Publication): Call => ({
    to: publication.token,
    abi: erc20Abi,
    functionName: 'approve',
    args: [publication.distributor, publication.total],
  })
  const funding = (publication: Publication) => [
    approval(publication),
    publishingCall({ prepared }, publication),
  ]
  const published = await play(chain, [
    { from: issuer, calls: funding(claimed) },
    { from: issuer, calls: claimCalls(prepared, claimed), time: claimed.opensAt + 1n },
  ])
  const [approve, publish, claim] = published ?? []
  if (approve === undefined || publish === undefined || claim === undefined) return null
  if (paid === null) return { source: 'simulated', approve, publish, claim, distribute: null }
  const distributed = await play(chain, [{ from: issuer, calls: funding(paid) }])
  const distribute = distributed?.[1]
  return distribute === undefined ? null : { source: 'simulated', approve, publish, claim, distribute }
}

/** The claim of the last account, whose proof is a long one. */
function claimCalls(prepared: PreparedPeriod['prepared'], publication: Publication): Call[] {
  const last = paymentsOf(prepared.manifest).at(-1)
  if (last === undefined || prepared.records === null) return []
  const found = claimFromRecords(prepared.records, last.account, nodeKernel())
  if (found === null) return []
  const { issuer, token, terms, root } = publication
  const { shard } = found
  const parent = { issuer, token, terms, root }
  const own = shard === undefined ? parent : { ...parent, terms: publication.id, root: shard.root }
  const to = { to: publication.distributor, abi: merkleDistributorAbi }
  const claim = {
    ...to,
    functionName: 'claim',
    args: [own, BigInt(found.index), last.account, found.amount, found.proof],
  }
  if (shard === undefined) return [claim]
  const { shard: number, root: shardRoot, total, proof } = shard
  return [{ ...to, functionName: 'open', args: [parent, BigInt(number), shardRoot, total, proof] }, claim]
}

/** @returns the gas of every call, null when the RPC cannot or a call fails */
async function play(
  chain: Chain,
  blocks: readonly { from: Hex; calls: readonly Call[]; time?: bigint }[],
): Promise<bigint[] | null> {
  const blockStateCalls = blocks.map(({ from, calls, time }) => ({
    ...(time !== undefined && { blockOverrides: { time: numberToHex(time) } }),
    calls: calls.map((call) => ({ from, to: call.to, data: dataOf(call) })),
  }))
  try {
    const answer = (await chain.request({
      method: 'eth_simulateV1',
      params: [{ blockStateCalls }, 'latest'],
    } as never)) as { calls: { status: Hex; gasUsed: Hex }[] }[]
    const all = answer.flatMap(({ calls }) => calls)
    return all.every(({ status }) => status === '0x1') ? all.map(({ gasUsed }) => BigInt(gasUsed)) : null
  } catch (error) {
    if (isAway(error) || !(error instanceof BaseError)) throw error
    return null
  }
}

function textOf(
  accounts: number,
  gasPrice: bigint,
  { source }: Gas,
  ways: readonly { way: string; issuer: Cost; holder: Cost; claiming: number; together: Cost }[],
): string {
  const shown = ({ gas, wei, money }: Cost) =>
    `${gas.toLocaleString('en')} gas, ${formatShort(wei, 18)} ETH${money === null ? '' : `, $${formatAmount(money, CENTS)}`}`
  const titles = ['way', 'the issuer pays', 'each of', 'claims for', 'all together']
  const rows = ways.map(({ way, issuer, holder, claiming, together }) => [
    way,
    shown(issuer),
    String(claiming),
    claiming === 0 ? 'nothing' : shown(holder),
    shown(together),
  ])
  return [
    `${accounts} accounts, gas at ${formatShort(gasPrice, 9)} gwei, ${source === 'simulated' ? 'as the RPC simulates it' : 'as measured before (the RPC cannot simulate it)'}`,
    '',
    table(
      titles.map((title) => ({ title })),
      rows,
    ),
  ].join('\n')
}
