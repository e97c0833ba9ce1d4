import { type Address, erc20Abi, type Hash, type Hex, parseAbi } from 'viem'
import { z } from 'zod'
import type { AccountRow, Deployment } from '../disbursement/index.ts'
import { archiveNeeded, type Block, blockAt, type Chain } from './chain.ts'
import { allRows, indexingErrors, type Subgraph, subgraphHead } from './graph.ts'
import { differs, missing } from './refusal.ts'

const bytes = z.string().regex(/^0x[0-9a-f]+$/)
/** A negative balance would be the subgraph's bug; it comes through here and is refused where it is used. */
const integer = z.string().regex(/^-?\d+$/)

const accountSchema = z.object({
  id: bytes,
  holder: bytes,
  balance: integer,
  staked: integer,
  lp: integer,
  lpStaked: integer,
  lots: integer,
  custody: integer,
  basis: integer,
  settled: integer,
  units: integer,
  recipient: bytes.nullable(),
})
const accountFields = Object.keys(accountSchema.shape).join(' ')

const lotSchema = z.object({
  id: bytes,
  holder: bytes,
  buyer: bytes,
  amount: integer,
  transaction: bytes,
  logIndex: z.union([integer, z.int().transform(String)]),
})
const lotFields = Object.keys(lotSchema.shape).join(' ')

export type LotRow = z.infer<typeof lotSchema>

/** Everything the subgraph says of holders at the record block. */
export interface Holdings {
  accounts: AccountRow[]
  lots: LotRow[]
}

/** Reads accounts and primary lots at a block, after checking that the subgraph stands on this very chain. */
export async function readHoldings(subgraph: Subgraph, chain: Chain, block: Block): Promise<Holdings> {
  await checkSubgraph(subgraph, chain, block)
  return {
    accounts: await allRows(subgraph, 'accounts', accountFields, accountSchema, block.number),
    lots: await allRows(subgraph, 'primaryLots', lotFields, lotSchema, block.number),
  }
}

const programSchema = z.object({
  program: z.object({ lastBlock: z.coerce.number<string | number>().int(), lastBlockHash: bytes }).nullable(),
})

/**
 * Refuses a subgraph that has errors, has not reached the block, or follows another history. A block's hash stands for
 * everything before it, so two hashes are compared: that of the subgraph's head, and that of the last block with an event
 * at the record block. The head alone would not do, for what was read may be older than a rollback.
 */
async function checkSubgraph(subgraph: Subgraph, chain: Chain, block: Block): Promise<void> {
  const head = await subgraphHead(subgraph)
  if (head.hasIndexingErrors) throw indexingErrors()
  if (head.number < block.number) {
    throw missing(
      `the subgraph has indexed up to block ${head.number} and not yet the record block ${block.number}: wait until it has`,
    )
  }
  if (head.hash !== null) await checkHash(chain, head.number, head.hash as Hash, 'head')
  const { program } = await subgraph.query(
    programSchema,
    'query ($block: Int!) { program(id: "program", block: { number: $block }) { lastBlock lastBlockHash } }',
    { block: Number(block.number) },
  )
  if (program === null) {
    throw missing(
      `the subgraph knows no event up to the record block ${block.number}: is it this program's subgraph?`,
    )
  }
  await checkHash(chain, BigInt(program.lastBlock), program.lastBlockHash as Hash, 'last block with an event')
}

/** Refuses a block of the subgraph's that is not the chain's. */
export async function checkHash(chain: Chain, number: bigint, hash: Hash, what: string): Promise<void> {
  const actual = (await blockAt(chain, number)).hash
  if (actual === hash) return
  throw differs(
    `the subgraph follows another chain: its ${what} ${number} has the hash ${hash}, but the RPC's is ${actual}; point both at one chain, or wait until the subgraph has rolled back`,
  )
}

const stakingAbi = parseAbi(['function staked(address account) view returns (uint256)'])
const CALLS_AT_ONCE = 400

/** One number the subgraph keeps and the contract that knows it too. */
interface Witness {
  wallet: Address
  what: 'balance' | 'staked' | 'lp' | 'lpStaked'
  indexed: bigint
  read: () => Promise<bigint>
}

/**
 * Asks the chain itself about what the subgraph says at the record block: the token's whole supply, and for every holder
 * with primary lots all of its wallets' tokens and LP units, held and staked.
 * @throws Refusal naming the first wallet that differs
 */
export async function witnessHoldings(
  holdings: Holdings,
  chain: Chain,
  deployment: Deployment,
  block: Block,
) {
  try {
    await checkSupply(holdings, chain, deployment, block)
    const witnesses = witnessesOf(holdings, chain, deployment, block)
    for (let at = 0; at < witnesses.length; at += CALLS_AT_ONCE) {
      await Promise.all(
        witnesses.slice(at, at + CALLS_AT_ONCE).map((witness) => checkWitness(witness, block)),
      )
    }
  } catch (error) {
    throw archiveNeeded(error, block.number)
  }
}

async function checkSupply({ accounts }: Holdings, chain: Chain, { token }: Deployment, block: Block) {
  const supply = await chain.readContract({
    abi: erc20Abi,
    address: token,
    functionName: 'totalSupply',
    blockNumber: block.number,
  })
  const sum = accounts.reduce((total, { balance }) => total + BigInt(balance), 0n)
  if (sum !== supply) {
    throw differs(
      `the subgraph's balances sum to ${sum} at block ${block.number}, but the token's supply is ${supply}: index the token from its deployment block`,
    )
  }
}

function witnessesOf({ accounts }: Holdings, chain: Chain, deployment: Deployment, block: Block): Witness[] {
  const primary = new Set(accounts.filter(({ lots }) => BigInt(lots) > 0n).map(({ holder }) => holder))
  const { token, pair, tokenVault, lpVault } = deployment
  const common = { blockNumber: block.number } as const
  return accounts
    .filter(({ holder }) => primary.has(holder))
    .flatMap((row) => {
      const wallet = row.id as Address
      const held = (address: Hex) => () =>
        chain.readContract({ ...common, abi: erc20Abi, address, functionName: 'balanceOf', args: [wallet] })
      const staked = (address: Hex) => () =>
        chain.readContract({ ...common, abi: stakingAbi, address, functionName: 'staked', args: [wallet] })
      return [
        { wallet, what: 'balance', indexed: BigInt(row.balance), read: held(token) },
        { wallet, what: 'staked', indexed: BigInt(row.staked), read: staked(tokenVault) },
        { wallet, what: 'lp', indexed: BigInt(row.lp), read: held(pair) },
        { wallet, what: 'lpStaked', indexed: BigInt(row.lpStaked), read: staked(lpVault) },
      ] satisfies Witness[]
    })
}

async function checkWitness({ wallet, what, indexed, read }: Witness, block: Block): Promise<void> {
  const actual = await read()
  if (actual === indexed) return
  throw differs(
    `the subgraph and the chain differ at block ${block.number} for ${wallet}: ${what} is ${indexed} in the subgraph and ${actual} on chain`,
  )
}
