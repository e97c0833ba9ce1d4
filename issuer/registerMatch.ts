// Who of the register bought, and who bought without being in it: entries and primary lots brought together by holder.
import { type Address, decodeEventLog, encodeEventTopics, type Hex } from 'viem'
import { offeringAbi } from '../contracts/abi.ts'
import type { Position, PrimaryLot } from '../disbursement/index.ts'
import { ChainReplay, fetchLogs } from '../verify/index.ts'
import { type Chain, latestBlock } from './chain.ts'
import type { Program } from './program.ts'
import type { RegisterEntry } from './registerClient.ts'

/** A primary lot with what was paid for it; null where it was not sold by an offering. */
export type PaidLot = PrimaryLot & { cost: bigint | null }

/** One holder's side of the register and of the chain. */
export interface Match {
  holder: Address
  /** Every wallet of the holder that either side names. */
  wallets: Address[]
  entries: RegisterEntry[]
  lots: PaidLot[]
  bought: bigint
  /** Null where some lot was not sold by an offering. */
  paid: bigint | null
  /** Of the entries that are approved. */
  pledged: bigint
}

export interface Matches {
  /** Approved, and bought. */
  matched: Match[]
  /** Bought, and nobody of the register is approved for any of the holder's wallets. */
  unmatchedLots: Match[]
  /** In the register, and nothing bought; whatever the status. */
  unmatchedEntries: Match[]
}

/**
 * Brings entries and lots together. A holder's linked wallets count as one: an investor may enter with one and buy with another.
 * @param positions every holder's wallets, to know which are linked
 */
export function matchLots(
  entries: readonly RegisterEntry[],
  lots: readonly PaidLot[],
  positions: readonly Pick<Position, 'holder' | 'wallets'>[],
): Matches {
  const holderOf = new Map(
    positions.flatMap(({ holder, wallets }) => wallets.map((wallet) => [wallet, holder])),
  )
  const byHolder = new Map<Address, { wallets: Set<Address>; entries: RegisterEntry[]; lots: PaidLot[] }>()
  const sideOf = (wallet: Address) => {
    const holder = holderOf.get(wallet) ?? wallet
    const side = byHolder.get(holder) ?? { wallets: new Set(), entries: [], lots: [] }
    side.wallets.add(wallet)
    byHolder.set(holder, side)
    return side
  }
  for (const entry of entries) sideOf(entry.wallet as Address).entries.push(entry)
  for (const lot of lots) sideOf(lot.buyer).lots.push(lot)

  const matches: Matches = { matched: [], unmatchedLots: [], unmatchedEntries: [] }
  for (const [holder, side] of [...byHolder].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const approved = side.entries.filter(({ status }) => status === 'approved')
    const match: Match = {
      holder,
      wallets: [...side.wallets].sort(),
      entries: side.entries,
      lots: side.lots,
      bought: sum(side.lots.map(({ amount }) => amount)),
      paid: side.lots.some(({ cost }) => cost === null) ? null : sum(side.lots.map(({ cost }) => cost ?? 0n)),
      pledged: sum(approved.map(({ pledge }) => BigInt(pledge ?? '0'))),
    }
    if (side.lots.length === 0) matches.unmatchedEntries.push(match)
    else if (approved.length === 0) matches.unmatchedLots.push(match)
    else matches.matched.push(match)
  }
  return matches
}

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, each) => total + each, 0n)

/** Every primary lot up to the chain's head with what it cost, and every holder's wallets, from the chain's logs alone. */
export async function lotsOnChain(
  chain: Chain,
  { deployment, terms }: Program,
): Promise<{ lots: PaidLot[]; positions: Position[] }> {
  const { number: to } = await latestBlock(chain)
  const program = { deployment, lpTreatment: terms.custody.lpTreatment }
  const ledger = await new ChainReplay(chain, program).advanceTo(to)
  const costs = await costsOf(chain, deployment.saleAddresses, BigInt(deployment.genesisBlock), to)
  const lots = ledger.lots.map((lot) => ({ ...lot, cost: costs(lot) }))
  return { lots, positions: ledger.positions() }
}

/** What each lot cost: an offering's Purchased follows the Transfer of the lot in the same transaction. */
async function costsOf(chain: Chain, addresses: readonly Address[], from: bigint, to: bigint) {
  const purchases = new Map<Hex, { buyer: string; amount: bigint; cost: bigint; logIndex: number }[]>()
  const topics = encodeEventTopics({ abi: offeringAbi, eventName: 'Purchased' })
  for await (const { logs } of fetchLogs(chain, { addresses, topics: topics as Hex[], from, to })) {
    for (const { data, transactionHash, logIndex, ...log } of logs) {
      const { args } = decodeEventLog({
        abi: offeringAbi,
        eventName: 'Purchased',
        data,
        topics: log.topics as [Hex, ...Hex[]],
      })
      const purchase = { ...args, buyer: args.buyer.toLowerCase(), logIndex }
      purchases.set(transactionHash, [...(purchases.get(transactionHash) ?? []), purchase])
    }
  }
  return ({ transaction, buyer, amount, logIndex }: PrimaryLot): bigint | null =>
    purchases
      .get(transaction)
      ?.find((each) => each.buyer === buyer && each.amount === amount && each.logIndex > logIndex)?.cost ??
    null
}

/** The allow-list root the offering was deployed with; null for none. */
export async function offeringRoot(chain: Chain, offering: Address): Promise<Hex | null> {
  const root = await chain.readContract({
    abi: offeringAbi,
    address: offering,
    functionName: 'allowListRoot',
  })
  return BigInt(root) === 0n ? null : root
}
