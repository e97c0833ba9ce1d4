import { type Address, type Hex, numberToHex } from 'viem'
import {
  blocksOf,
  Ledger,
  type LedgerBlock,
  type LedgerEvent,
  logDecoder,
  type Position,
  type PrimaryLot,
  type RawLog,
} from '../disbursement/index.ts'
import { Cases } from './cases.ts'
import { Counter, type Distribution } from './counts.ts'
import type { Stage } from './stage.ts'

// The second witness: the replay of the logs, and what it says at the end of every block.

export type Wallet = { balance: bigint; staked: bigint; lp: bigint; lpStaked: bigint }

/** The end of a block, as the replay has it. */
export type ReplayState = {
  block: number
  timestamp: bigint
  hash: Hex
  positions: Position[]
  wallet(address: Address): Wallet
  /** Whose balances the block's events may have changed. */
  touched: ReadonlySet<Address>
  supply: { token: bigint; lp: bigint }
  reserves: { token: bigint; other: bigint }
  /** How many of the history's lots there were. */
  lots: number
  /** The last block with an event of the program. */
  lastEvent: number
  /** The last block with a Sync; 0 before the first. */
  lastSync: number
  counts: { transfers: number; swaps: number; claims: number }
  distributions: ReadonlyMap<Hex, Distribution>
}

export type History = {
  states: ReplayState[]
  lots: readonly PrimaryLot[]
  blocks: readonly LedgerBlock[]
  logs: readonly RawLog[]
  /** Every address that ever moved or was sent anything. */
  known: ReadonlySet<Address>
  /** What the history met, and how often. */
  met: ReadonlyMap<string, number>
}

/** What a test may put wrong in the replay, to see that it is noticed. */
export type Fault = {
  blocks?: (block: LedgerBlock) => LedgerBlock[]
  program?: Partial<ConstructorParameters<typeof Ledger>[0]>
}

type Header = { timestamp: Hex; hash: Hex }

/** Replays the program on the stage from its first block to `to`. @param fault none but in tests of the tests */
export const replay = async (stage: Stage, to: number, fault: Fault = {}): Promise<History> => {
  const { chain, deployment: d } = stage
  const from = d.genesisBlock
  const address = [d.token, d.pair, d.offering, d.registry, d.tokenVault, d.lpVault, d.distributor]
  const filter = { address, fromBlock: numberToHex(from), toBlock: numberToHex(to) }
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const [found, ...headers] = (await chain.ask([
    { method: 'eth_getLogs', params: [filter] },
    ...numbers.map((n) => ({ method: 'eth_getBlockByNumber', params: [numberToHex(n), false] })),
  ])) as [JsonLog[], ...Header[]]
  const logs = found.map(rawLog)
  const decode = logDecoder(d)
  const blocks = [...blocksOf(logs.map(decode).filter((event) => event !== null))]

  const ledger = new Ledger({ ...d, lpTreatment: 'deposit-basis', ...fault.program })
  const cases = new Cases(d, ledger)
  const counter = new Counter(d)
  const known = new Set<Address>()
  const states: ReplayState[] = []
  let lastSync = 0
  let [atBlock, atLog] = [0, 0]
  for (const [at, number] of numbers.entries()) {
    const { timestamp, hash } = headers[at] as Header
    const touched = new Set<Address>()
    const block = blocks[atBlock]
    if (block !== undefined && Number(block.number) === number) {
      atBlock++
      for (const each of fault.blocks?.(block) ?? [block]) ledger.apply(each, cases)
      for (const event of block.events) for (const each of addressesOf(event)) touched.add(each)
      if (block.events.some(({ kind }) => kind === 'sync')) lastSync = number
    }
    for (; logs[atLog] !== undefined && Number(logs[atLog]?.blockNumber) === number; atLog++)
      counter.count(logs[atLog] as RawLog, BigInt(timestamp))
    const wallets = new Map<Address, Wallet>()
    for (const each of touched) {
      known.add(each)
      wallets.set(each, { ...ledger.wallet(each) })
    }
    const before = states.at(-1)
    states.push({
      block: number,
      timestamp: BigInt(timestamp),
      hash,
      positions: ledger.positions(),
      wallet: (address) => wallets.get(address) ?? before?.wallet(address) ?? NOTHING,
      touched,
      supply: { ...ledger.supply },
      reserves: ledger.reserves,
      lots: ledger.lots.length,
      lastSync,
      ...counter.snapshot(),
    })
  }
  return { states, lots: ledger.lots, blocks, logs, known, met: cases.met }
}

const NOTHING: Wallet = { balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n }

const addressesOf = (event: LedgerEvent): Address[] => {
  switch (event.kind) {
    case 'transfer':
      return [event.from, event.to]
    case 'stake':
    case 'unstake':
      return [event.account]
    case 'link':
      return [event.holder, event.wallet]
    case 'recipient':
      return [event.holder]
    default:
      return []
  }
}

type JsonLog = {
  address: Address
  topics: Hex[]
  data: Hex
  blockNumber: Hex
  transactionHash: Hex
  logIndex: Hex
}

const rawLog = ({ address, topics, data, blockNumber, transactionHash, logIndex }: JsonLog): RawLog => ({
  address: address.toLowerCase() as Address,
  topics,
  data,
  blockNumber: BigInt(blockNumber),
  transactionHash,
  logIndex: Number(logIndex),
})
