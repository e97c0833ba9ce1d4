// An issuer who cheats: publishes a changed manifest with everything that can be fixed up fixed up, its hash first of all.
import { type Address, erc20Abi, type Hex, keccak256, parseAbi } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import {
  canonicalBytes,
  deadlineOf,
  decodeManifest,
  derivedFrom,
  distributionId,
  encodeTerms,
  type Manifest,
  manifestBytes,
} from '../disbursement/index.ts'
import type { LocalChain } from '../local/chain.ts'
import type { Stack } from '../local/stack.ts'

const mintable = parseAbi(['function mint(address to, uint256 amount)'])

/** A JSON object or list that may be changed in place. */
export type Editable = { [key: string]: unknown }

const parentOf = (json: Editable, path: string): [Editable, string] => {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  return [keys.reduce((node, key) => node[key] as Editable, json), last]
}

/** Changes a text at a path, such as `payout.funded`; amounts are texts. */
export const edit = (json: Editable, path: string, change: (text: string) => unknown): void => {
  const [parent, last] = parentOf(json, path)
  parent[last] = change(parent[last] as string)
}

/** Changes a list at a path. */
export const editList = <Item = Editable>(
  json: Editable,
  path: string,
  change: (list: Item[]) => Item[],
): void => {
  const [parent, last] = parentOf(json, path)
  parent[last] = change(parent[last] as Item[])
}

/** A manifest's JSON, changed. */
export const edited = (bytes: Uint8Array, change: (json: Editable) => void): Uint8Array => {
  const json = JSON.parse(new TextDecoder().decode(bytes)) as Editable
  change(json)
  return canonicalBytes(json)
}

/** The same, and then everything that follows computed anew, as a cheat would who keeps the books in order. */
export const balanced = (bytes: Uint8Array, change: (json: Editable) => void): Uint8Array =>
  manifestBytes(derivedFrom(decodeManifest(edited(bytes, change))))

export interface Forged {
  id: Hex
  bytes: Uint8Array
  transaction: Hex
}

/** What a forger publishes beside the manifest, where it is not what the manifest says. */
export interface Published {
  root?: Hex
  total?: bigint
  token?: Address
  deadline?: bigint
}

/** Publishes manifests in the issuer's name; the chain is as before once the look at them is over. */
export function openForgery({ deployment, terms: program }: Stack, chain: LocalChain) {
  const { issuer, distributor, currency } = deployment
  const send = async (hash: Promise<Hex>) => chain.waitForTransactionReceipt({ hash: await hash })

  const fund = async (token: Address, total: bigint) => {
    if (token === currency) {
      const mint = { abi: mintable, address: currency, functionName: 'mint', args: [issuer, total] } as const
      await send(chain.writeContract({ ...mint, account: issuer }))
    }
    const approve = { abi: erc20Abi, address: token, functionName: 'approve' } as const
    await send(chain.writeContract({ ...approve, args: [distributor, total], account: issuer }))
  }

  /** Runs something on a chain that forgets it afterwards. */
  const meanwhile = async <T>(act: () => Promise<T>): Promise<T> => {
    const id = await chain.snapshot()
    try {
      return await act()
    } finally {
      await chain.revert({ id })
    }
  }

  const publish = async (bytes: Uint8Array, other: Published = {}): Promise<Forged> => {
    const { payout, root, totals } = decodeLeniently(bytes)
    const token = other.token ?? payout.asset
    const total = other.total ?? totals.paid
    const { timestamp } = await chain.getBlock()
    const opensAt = timestamp + 172_800n
    const terms = encodeTerms(opensAt, other.deadline ?? deadlineOf(program, opensAt))
    const key = { issuer, token, terms, root: other.root ?? root }
    await fund(token, total)
    const receipt = await send(
      chain.writeContract({
        abi: merkleDistributorAbi,
        address: distributor,
        functionName: 'publish',
        args: [token, terms, key.root, total, keccak256(bytes)],
        account: issuer,
      }),
    )
    return { id: distributionId(key), bytes, transaction: receipt.transactionHash }
  }

  /** Publishes and pays in one transaction. */
  const distribute = async (bytes: Uint8Array, payments: readonly { account: Address; amount: bigint }[]) => {
    const { payout, totals } = decodeManifest(bytes)
    const { timestamp } = await chain.getBlock()
    const opensAt = timestamp - 1n
    const terms = encodeTerms(opensAt, deadlineOf(program, opensAt))
    await fund(payout.asset, totals.paid)
    const receipt = await send(
      chain.writeContract({
        abi: merkleDistributorAbi,
        address: distributor,
        functionName: 'distribute',
        args: [payout.asset, terms, [...payments], 1n, keccak256(bytes)],
        account: issuer,
        gas: 20_000_000n,
      }),
    )
    return receipt.transactionHash
  }

  return { meanwhile, publish, distribute }
}

/** As much of a manifest as publishing needs, even of one whose form is broken. */
const decodeLeniently = (
  bytes: Uint8Array,
): Pick<Manifest, 'payout'> & { root: Hex; totals: { paid: bigint } } => {
  const { payout, root, totals } = JSON.parse(new TextDecoder().decode(bytes))
  return { payout, root, totals: { paid: BigInt(totals.paid) } }
}
