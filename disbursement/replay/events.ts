// What the replay reads: a program's logs, decoded by hand, since there are many of them and each is a few words.
import { type Address, type Hex, toEventSelector } from 'viem'
import type { Deployment } from '../deployment.ts'
import { ReplayError } from '../errors.ts'
import type { Payment } from '../shards.ts'

/** A log as `eth_getLogs` gives it through viem. */
export type RawLog = {
  address: Hex
  topics: readonly Hex[]
  data: Hex
  blockNumber: bigint
  transactionHash: Hex
  logIndex: number
}

/** Where an event stands in the chain. */
export type Place = { block: bigint; transaction: Hex; logIndex: number }

/**
 * What happened, as far as SPEC sections 3 to 5 and 11 are concerned. Addresses in lower case. The last four are the
 * distributor's, and only the time-weighting of LP units reads them.
 */
export type LedgerEvent = Place &
  (
    | { kind: 'transfer'; of: 'token' | 'lp'; from: Address; to: Address; amount: bigint }
    | { kind: 'sync'; token: bigint; other: bigint }
    | { kind: 'mint'; token: bigint; other: bigint }
    | { kind: 'stake' | 'unstake'; of: 'token' | 'lp'; account: Address; amount: bigint }
    | { kind: 'link'; holder: Address; wallet: Address }
    | { kind: 'recipient'; holder: Address; recipient: Address }
    | { kind: 'published'; id: Hex; issuer: Address; asset: Address }
    | { kind: 'opened'; id: Hex; parent: Hex; shard: number }
    | { kind: 'paid'; id: Hex; payments: readonly Payment[] }
    | { kind: 'ended'; id: Hex }
  )

/** The events of one block, ascending by log index. */
export type LedgerBlock = { number: bigint; events: readonly LedgerEvent[] }

const TRANSFER = toEventSelector('Transfer(address,address,uint256)')
const SYNC = toEventSelector('Sync(uint112,uint112)')
const MINT = toEventSelector('Mint(address,uint256,uint256)')
const STAKED = toEventSelector('Staked(address,uint256)')
const WITHDRAWN = toEventSelector('Withdrawn(address,uint256)')
const LINKED = toEventSelector('Linked(address,address)')
const RECIPIENT_NAMED = toEventSelector('RecipientNamed(address,address)')
const PUBLISHED = toEventSelector('Published(bytes32,address,address,bytes32,bytes32,uint256,bytes32)')
const CLAIMED = toEventSelector('Claimed(bytes32,address,uint256,uint256)')
const CLAIMED_TO = toEventSelector('ClaimedTo(bytes32,address,uint256,address,uint256)')
const PUSHED = toEventSelector('Pushed(bytes32,uint256,(address,uint256)[])')
const OPENED = toEventSelector('Opened(bytes32,bytes32,uint256,bytes32,uint256)')
const CANCELLED = toEventSelector('Cancelled(bytes32,uint256)')
const SWEPT = toEventSelector('Swept(bytes32,uint256)')

const broken: (log: RawLog, what: string) => never = (log, what) => {
  throw new ReplayError(
    `Log ${log.logIndex} of ${log.transactionHash} in block ${log.blockNumber}: ${what}; is ${log.address} the contract the deployment says?`,
  )
}

const addressTopic = (log: RawLog, at: number): Address => {
  const topic = log.topics[at]
  if (topic?.length !== 66) broken(log, `its topic ${at} is not an address`)
  return `0x${topic.slice(26).toLowerCase()}`
}

const word = (log: RawLog, at: number): bigint => {
  const from = 2 + at * 64
  if (log.data.length < from + 64) broken(log, `its data has no word ${at}`)
  return BigInt(`0x${log.data.slice(from, from + 64)}`)
}

const addressWord = (log: RawLog, at: number): Address =>
  `0x${word(log, at).toString(16).padStart(40, '0').slice(-40)}`

type Decoder = (log: RawLog, place: Place) => LedgerEvent | null

const transferOf =
  (of: 'token' | 'lp'): Decoder =>
  (log, place) => ({
    ...place,
    kind: 'transfer',
    of,
    from: addressTopic(log, 1),
    to: addressTopic(log, 2),
    amount: word(log, 0),
  })

const pairDecoder = (tokenIsFirst: boolean): Decoder => {
  const [token, other] = tokenIsFirst ? [0, 1] : [1, 0]
  const transfer = transferOf('lp')
  return (log, place) => {
    switch (log.topics[0]) {
      case TRANSFER:
        return transfer(log, place)
      case SYNC:
        return { ...place, kind: 'sync', token: word(log, token), other: word(log, other) }
      case MINT:
        return { ...place, kind: 'mint', token: word(log, token), other: word(log, other) }
      default:
        return null
    }
  }
}

const vaultDecoder =
  (of: 'token' | 'lp'): Decoder =>
  (log, place) => {
    const [topic] = log.topics
    if (topic !== STAKED && topic !== WITHDRAWN) return null
    const kind = topic === STAKED ? 'stake' : 'unstake'
    return { ...place, kind, of, account: addressTopic(log, 1), amount: word(log, 0) }
  }

const registryDecoder: Decoder = (log, place) => {
  switch (log.topics[0]) {
    case LINKED:
      return { ...place, kind: 'link', holder: addressTopic(log, 1), wallet: addressTopic(log, 2) }
    case RECIPIENT_NAMED:
      return { ...place, kind: 'recipient', holder: addressTopic(log, 1), recipient: addressWord(log, 0) }
    default:
      return null
  }
}

const hashTopic = (log: RawLog, at: number): Hex => {
  const topic = log.topics[at]
  if (topic?.length !== 66) broken(log, `its topic ${at} is not a hash`)
  return topic
}

/** The leaves that a push paid: a bit for each payment of its list, in the words that follow the list's offset. */
const pushedPayments = (log: RawLog): Payment[] => {
  const paid = word(log, 0)
  const list = Number(word(log, 1)) / 32
  const count = Number(word(log, list))
  return Array.from({ length: count }, (_, at) => ({
    account: addressWord(log, list + 1 + 2 * at),
    amount: word(log, list + 2 + 2 * at),
  })).filter((_, at) => ((paid >> BigInt(at)) & 1n) === 1n)
}

const distributorDecoder: Decoder = (log, place) => {
  const paid = (amountAt: number): LedgerEvent => ({
    ...place,
    kind: 'paid',
    id: hashTopic(log, 1),
    payments: [{ account: addressTopic(log, 2), amount: word(log, amountAt) }],
  })
  switch (log.topics[0]) {
    case PUBLISHED:
      return {
        ...place,
        kind: 'published',
        id: hashTopic(log, 1),
        issuer: addressTopic(log, 2),
        asset: addressTopic(log, 3),
      }
    case OPENED:
      return {
        ...place,
        kind: 'opened',
        id: hashTopic(log, 1),
        parent: hashTopic(log, 2),
        shard: Number(word(log, 0)),
      }
    case CLAIMED:
      return paid(1)
    case CLAIMED_TO:
      return paid(2)
    case PUSHED:
      return { ...place, kind: 'paid', id: hashTopic(log, 1), payments: pushedPayments(log) }
    case CANCELLED:
    case SWEPT:
      return { ...place, kind: 'ended', id: hashTopic(log, 1) }
    default:
      return null
  }
}

/** What to ask an RPC for: logs of any of these addresses with any of these first topics. */
export type LogFilter = { addresses: Address[]; topics: Hex[] }

/** The logs the replay of SPEC sections 3 to 5 needs: approvals and swaps, which are many, are not among them. */
export const replayFilter = (deployment: Deployment): LogFilter => ({
  addresses: [
    deployment.token,
    deployment.pair,
    deployment.tokenVault,
    deployment.lpVault,
    deployment.registry,
  ],
  topics: [TRANSFER, SYNC, MINT, STAKED, WITHDRAWN, LINKED, RECIPIENT_NAMED],
})

/** The same and the distributor's, for the LP units that wait in it (SPEC section 11). */
export const rewardFilter = (deployment: Deployment): LogFilter => {
  const { addresses, topics } = replayFilter(deployment)
  return {
    addresses: [...addresses, deployment.distributor],
    topics: [...topics, PUBLISHED, CLAIMED, CLAIMED_TO, PUSHED, OPENED, CANCELLED, SWEPT],
  }
}

/**
 * A decoder of this deployment's logs; it answers null for logs that change nothing here, such as approvals.
 * @throws ReplayError when a log of a known contract is malformed
 */
export const logDecoder = (deployment: Deployment): ((log: RawLog) => LedgerEvent | null) => {
  const token = transferOf('token')
  const decoders = new Map<string, Decoder>([
    [deployment.token, (log, place) => (log.topics[0] === TRANSFER ? token(log, place) : null)],
    // Uniswap V2 sorts the two tokens of a pair by address.
    [deployment.pair, pairDecoder(deployment.token < deployment.counterAsset)],
    [deployment.tokenVault, vaultDecoder('token')],
    [deployment.lpVault, vaultDecoder('lp')],
    [deployment.registry, registryDecoder],
    [deployment.distributor, distributorDecoder],
  ])
  return (log) => {
    const decoder = decoders.get(log.address.toLowerCase())
    if (decoder === undefined) return null
    return decoder(log, { block: log.blockNumber, transaction: log.transactionHash, logIndex: log.logIndex })
  }
}

/** Groups events, given in the order of the chain, by block. */
export function* blocksOf(events: Iterable<LedgerEvent>): Generator<LedgerBlock> {
  let own: LedgerEvent[] = []
  for (const event of events) {
    const [first] = own
    if (first !== undefined && first.block !== event.block) {
      yield { number: first.block, events: own }
      own = []
    }
    own.push(event)
  }
  const [first] = own
  if (first !== undefined) yield { number: first.block, events: own }
}
