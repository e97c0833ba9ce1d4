import { type Address, erc20Abi, formatUnits, type Hex } from 'viem'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { connectChain } from '../chain.ts'
import { StackError } from '../child.ts'
import type { Stack } from '../stack.ts'
import type { Person } from './people.ts'
import type { StoryClaim } from './play.ts'

interface ApiClaim extends StoryClaim {
  readonly asset: { readonly symbol: string; readonly decimals: number; readonly address: Address }
  readonly claimed: boolean | null
}

/**
 * Claims everything a holder is owed with the API's proofs, and checks that exactly that arrived.
 * @returns what was claimed, for a person to read
 * @throws StackError when there is nothing to claim or another amount arrives
 */
export async function claimEverything(stack: Stack, { name, address }: Person): Promise<string> {
  const chain = connectChain(stack.urls.rpc)
  const response = await fetch(`${stack.urls.api}/v1/accounts/${address}/claims`)
  if (!response.ok)
    throw new StackError(`the API answered ${response.status} when asked for ${name}'s claims`)
  const { claims } = (await response.json()) as { claims: ApiClaim[] }
  const open = claims.filter(({ claimed }) => claimed === false)
  if (open.length === 0) throw new StackError(`${name} has nothing to claim, but the story says there is`)
  let said = `${name} claims with the API's proofs:\n`
  for (const claim of open) {
    const balance = () =>
      chain.readContract({
        address: claim.asset.address,
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [address],
      })
    const before = await balance()
    const gas = await sendClaim(stack, claim, address)
    const arrived = (await balance()) - before
    if (arrived !== BigInt(claim.amount)) {
      throw new StackError(
        `${claim.period}: ${claim.amount} base units were owed to ${name}, and ${arrived} arrived`,
      )
    }
    const amount = formatUnits(arrived, claim.asset.decimals)
    said += `  ✓ ${claim.period}  ${amount} ${claim.asset.symbol} arrived, for ${gas} gas\n`
  }
  return said
}

/** Sends one claim from the local chain's unlocked account. @returns the gas it used */
async function sendClaim(stack: Stack, claim: ApiClaim, from: Address): Promise<bigint> {
  const chain = connectChain(stack.urls.rpc)
  const hash: Hex = await chain.writeContract({
    account: from,
    address: stack.deployment.distributor,
    abi: merkleDistributorAbi,
    functionName: 'claim',
    args: [claim.distribution, BigInt(claim.index), claim.account, BigInt(claim.amount), claim.proof],
  })
  const { gasUsed, status } = await chain.waitForTransactionReceipt({ hash })
  if (status !== 'success') throw new StackError(`the claim of ${claim.period} reverted: transaction ${hash}`)
  return gasUsed
}
