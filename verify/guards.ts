// How the helper contract bought LP units, and under which guards (SPEC section 12): made again from the pair's Sync events.
import { decodeEventLog, type Hex, numberToHex, parseAbi, toEventSelector } from 'viem'
import {
  AVERAGE_SECONDS,
  bySwap,
  byTreasury,
  type Deployment,
  hashTerms,
  type IncomePeriod,
  isLight,
  isNear,
  payoutKey,
  priceOf,
  swapOf,
  type Terms,
} from '../disbursement/index.ts'
import { MissingData } from './errors.ts'
import type { ChainClient } from './examination.ts'
import { type FetchedLog, fetchLogs } from './logs.ts'
import type { Difference } from './steps.ts'

const SYNC = toEventSelector('Sync(uint112,uint112)')
const ABI = parseAbi([
  'struct Purchase { address asset; uint256 amount; uint256 reserve; uint256 otherReserve; uint256 average; uint256 swapped; uint256 assetAdded; uint256 otherAdded; uint256 units; }',
  'struct Guard { uint256 since; uint256 cumulative; uint256 leastUnits; uint256 deadline; }',
  'event Purchased(address indexed issuer, address indexed pair, bytes32 indexed payout, Purchase purchase, Guard guard)',
])
const PURCHASED = toEventSelector(ABI[0])

type Log = { address: string; topics: Hex[]; data: Hex; logIndex: number }
type Sync = { block: bigint; index: number; time: bigint; reserve: bigint; otherReserve: bigint }

/**
 * What is wrong with the purchases among a payout's transactions; nothing where they were made in another way, for then no
 * guard is recorded. What a node says of the present is not asked: only logs and blocks.
 */
export async function guardDifferences(
  client: ChainClient,
  { terms, deployment }: { terms: Terms; deployment: Deployment },
  period: Pick<IncomePeriod, 'name'>,
  transactions: readonly Hex[],
): Promise<Difference[]> {
  const { lpPurchase: helper } = deployment
  if (helper === undefined) return []
  const payout = payoutKey(hashTerms(terms), period.name)
  const differences: Difference[] = []
  for (const hash of transactions) {
    const { logs, blockNumber } = await client.getTransactionReceipt({ hash })
    for (const log of logs as Log[]) {
      if (log.address.toLowerCase() !== helper || log.topics[0] !== PURCHASED) continue
      differences.push(...(await judge(client, deployment, payout, hash, blockNumber, log, logs as Log[])))
    }
  }
  return differences
}

async function judge(
  client: ChainClient,
  deployment: Deployment,
  payout: Hex,
  hash: Hex,
  block: bigint,
  log: Log,
  own: readonly Log[],
): Promise<Difference[]> {
  const { args } = decodeEventLog({
    abi: ABI,
    eventName: 'Purchased',
    topics: log.topics as [Hex, ...Hex[]],
    data: log.data,
  })
  const { purchase, guard } = args
  const found: Difference[] = []
  const tell = (what: string, stated: unknown, computed: unknown): void => {
    if (`${stated}` === `${computed}`) return
    found.push({ what: `${what} of the purchase ${hash}`, stated: `${stated}`, computed: `${computed}` })
  }
  tell('the issuer', args.issuer.toLowerCase(), deployment.issuer)
  tell('the pair', args.pair.toLowerCase(), deployment.pair)
  tell('the payout', args.payout, payout)
  tell('the asset', purchase.asset.toLowerCase(), deployment.counterAsset)
  if (found.length > 0) return found

  const time = await timeOf(client, block)
  const syncs = await syncsUntil(client, deployment, guard.since, block)
  const first = Math.min(
    ...own.filter(({ address }) => address.toLowerCase() === deployment.pair).map((each) => each.logIndex),
  )
  const before = syncs.filter((each) => each.block < block || each.index < first).at(-1)
  tell(
    'the reserves',
    `${purchase.reserve} ${purchase.otherReserve}`,
    `${before?.reserve} ${before?.otherReserve}`,
  )
  tell('the average price', purchase.average, averageOf(syncs, guard.since, time))

  const pool = { ...purchase, supply: 0n }
  const isSwap = purchase.swapped > 0n
  const again = (isSwap ? bySwap : byTreasury)(pool, purchase.amount)
  if (isSwap) tell('what was swapped', purchase.swapped, swapOf(purchase.reserve, purchase.amount))
  tell('the asset added', purchase.assetAdded, again.assetAdded)
  tell('the other token added', purchase.otherAdded, again.otherAdded)

  const holds = (what: string, isSo: boolean, stated: unknown): void => tell(what, isSo ? '' : stated, '')
  holds('the price, within 1% of the average', isNear(priceOf(pool), purchase.average), priceOf(pool))
  holds('the price impact, 2% at most', isLight(purchase.reserve, purchase.swapped), purchase.swapped)
  holds('the half hour of the average', time - guard.since >= AVERAGE_SECONDS, guard.since)
  holds('the deadline', time <= guard.deadline, guard.deadline)
  holds('the least units', purchase.units >= guard.leastUnits, guard.leastUnits)
  return found
}

async function timeOf(client: ChainClient, block: bigint): Promise<bigint> {
  const answer = await client.request({
    method: 'eth_getBlockByNumber',
    params: [numberToHex(block), false],
  })
  if (answer === null) throw new MissingData(`the RPC has no block ${block}: try another RPC`)
  return BigInt(answer.timestamp)
}

/** How many blocks are asked for at once, backwards, until one has a Sync from before the average begins. */
const STEP = 5_000n

/** The pair's Sync events up to a block, from the last one at or before a time on. */
async function syncsUntil(
  client: ChainClient,
  deployment: Deployment,
  since: bigint,
  block: bigint,
): Promise<Sync[]> {
  const { pair, token, counterAsset } = deployment
  const genesis = BigInt(deployment.genesisBlock)
  const tokenIsFirst = token < counterAsset
  const times = new Map<bigint, bigint>()
  const at = async ({ blockNumber, timestamp }: FetchedLog): Promise<bigint> => {
    const time = times.get(blockNumber) ?? timestamp ?? (await timeOf(client, blockNumber))
    times.set(blockNumber, time)
    return time
  }
  const found: Sync[] = []
  for (let to = block; to >= genesis; to -= STEP) {
    const from = to - STEP + 1n > genesis ? to - STEP + 1n : genesis
    const part: Sync[] = []
    for await (const { logs } of fetchLogs(client, { addresses: [pair], topics: [SYNC], from, to })) {
      for (const log of logs) {
        const [first, second] = [BigInt(log.data.slice(0, 66)), BigInt(`0x${log.data.slice(66)}`)]
        part.push({
          block: log.blockNumber,
          index: log.logIndex,
          time: await at(log),
          reserve: tokenIsFirst ? second : first,
          otherReserve: tokenIsFirst ? first : second,
        })
      }
    }
    found.unshift(...part)
    const earliest = found[0]
    if (earliest !== undefined && earliest.time <= since) return found
  }
  return found
}

/** The average of the prices since a time, each weighed by the seconds that it lasted; null where none is known so early. */
function averageOf(syncs: readonly Sync[], since: bigint, until: bigint): bigint | null {
  if (until <= since || syncs[0] === undefined || syncs[0].time > since) return null
  let sum = 0n
  for (const [at, sync] of syncs.entries()) {
    const next = syncs[at + 1]?.time ?? until
    const from = sync.time > since ? sync.time : since
    const to = next < until ? next : until
    if (to > from) sum += priceOf(sync) * (to - from)
  }
  return sum / (until - since)
}
