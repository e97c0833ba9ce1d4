import assert from 'node:assert/strict'
import { type Address, erc20Abi, formatUnits, type Hex } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { connectChain } from '../local/chain.ts'
import { person } from '../local/scenario/people.ts'
import type { Stack } from '../local/stack.ts'

/** What the API says somebody can claim in a period. */
export interface Claim {
  readonly id: Hex
  readonly distribution: { issuer: Address; token: Address; terms: Hex; root: Hex }
  readonly period: string
  readonly asset: { readonly symbol: string; readonly decimals: number }
  readonly index: number
  readonly account: Address
  readonly amount: string
  readonly proof: readonly Hex[]
}

/** What API and chain know about the people of the story, beside what the page shows of it. */
export function owedOn({ urls, deployment }: Stack) {
  const chain = connectChain(urls.rpc)
  return {
    async claimOf(name: string, period: string): Promise<Claim> {
      const response = await fetch(`${urls.api}/v1/accounts/${person(name).address}/claims`)
      const { claims } = (await response.json()) as { claims: Claim[] }
      const claim = claims.find((each) => each.period === period)
      assert.ok(claim, `${name} has a claim for ${period}`)
      return claim
    },
    balanceOf(token: Address, name: string): Promise<bigint> {
      const args = [person(name).address] as const
      return chain.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args })
    },
    /** What a distribution has left, by the distributor's own count. */
    remaining(id: Hex): Promise<bigint> {
      const address = deployment.distributor
      return chain.readContract({ address, abi: merkleDistributorAbi, functionName: 'remaining', args: [id] })
    },
    /** Claims in somebody's place, from another wallet. */
    async claimElsewhere(claim: Claim, from: string): Promise<void> {
      const { distribution, index, account, amount, proof } = claim
      const hash = await chain.writeContract({
        address: deployment.distributor,
        abi: merkleDistributorAbi,
        functionName: 'claim',
        args: [distribution, BigInt(index), account, BigInt(amount), proof],
        account: person(from).address,
      })
      const { status } = await chain.waitForTransactionReceipt({ hash })
      assert.equal(status, 'success')
    },
    transactionsOf(name: string): Promise<number> {
      return chain.getTransactionCount({ address: person(name).address })
    },
    async succeeded(transaction: Hex): Promise<boolean> {
      return (await chain.getTransactionReceipt({ hash: transaction })).status === 'success'
    },
  }
}

/** An amount with every digit, as the page writes it into titles. */
export function written({ amount, asset }: Pick<Claim, 'amount' | 'asset'>): string {
  const [whole, fraction = ''] = formatUnits(BigInt(amount), asset.decimals).split('.')
  const padded = fraction.padEnd(asset.decimals <= 6 ? 2 : 0, '0')
  return `${whole}${padded ? `.${padded}` : ''} ${asset.symbol}`
}
