import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Address, encodeFunctionData, erc20Abi, type Hex } from 'viem'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { connectChain } from '../../local/chain.ts'
import { BUYERS, type QuarterName } from '../../local/scenario/alex.ts'
import { person } from '../../local/scenario/people.ts'
import type { Stack } from '../../local/stack.ts'

export type Desk = ReturnType<typeof openDesk>

/** The issuer's desk: runs the commands as a person would, and looks at the chain behind their back. */
export function openDesk(stack: Stack) {
  const chain = connectChain(stack.urls.rpc)
  const { issuer, distributor, network } = stack.deployment
  return {
    chain,
    folderOf: (period: string) =>
      join(stack.issuerEnv().PRORATA_STATE ?? '', network, stack.terms.name, period),

    /** A command that ends well; its JSON. */
    async done(args: readonly string[], env?: Record<string, string>) {
      const { code, stdout, stderr } = await stack.tryIssue([...args, '--json'], env)
      assert.equal(code, 0, stderr)
      return JSON.parse(stdout)
    },

    /** A command that is refused: one sentence on the error stream, nothing on the other, no secret anywhere. */
    async refused(args: readonly string[], code: number, message: RegExp, env: Record<string, string> = {}) {
      const outcome = await stack.tryIssue([...args, '--json'], env)
      const last = outcome.stderr.trimEnd().split('\n').at(-1) ?? ''
      assert.match(last, message)
      assert.match(last, /^prorata: /)
      assert.equal(outcome.code, code, last)
      assert.equal(outcome.stdout, '')
      assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack')
      const all = { ...stack.issuerEnv(), ...env }
      for (const secret of [all.PRORATA_KEY, all.PRORATA_API_SECRET]) {
        if (secret) assert(!outcome.stderr.includes(secret.replace(/^0x/, '')), 'no secret')
      }
    },

    balanceOf: (token: Address, account: Address): Promise<bigint> =>
      chain.readContract({ abi: erc20Abi, address: token, functionName: 'balanceOf', args: [account] }),
    nonceOfIssuer: () => chain.getTransactionCount({ address: issuer }),

    async send(from: Address, to: Address, data: Hex): Promise<void> {
      const hash = await chain.sendTransaction({ account: from, to, data })
      assert.equal((await chain.waitForTransactionReceipt({ hash })).status, 'success')
    },

    /** Every Published event there is. */
    publications: () =>
      chain.getContractEvents({
        abi: merkleDistributorAbi,
        address: distributor,
        eventName: 'Published',
        fromBlock: 0n,
        strict: true,
      }),

    /** Lets time pass without anything happening, and makes the block of that time final. */
    async mineUntil(date: string): Promise<void> {
      await chain.setNextBlockTimestamp({ timestamp: BigInt(Date.parse(date) / 1000) })
      await chain.mine({ blocks: 3, interval: 12 })
    },
  }
}

export const transfer = (to: Address, amount: bigint) =>
  encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] })

/**
 * Compares a prepared quarter with the entitlements worked out by hand: holder by holder, to the unit.
 * @returns the sum of the amounts
 */
export function checkHolders(
  quarter: QuarterName,
  holders: readonly { holder: string; entitlement: string; amount: string }[],
): bigint {
  const expected = BUYERS.map(({ name, entitled }): [string, bigint] => [
    person(name).address.toLowerCase(),
    BigInt(entitled[quarter]) * 10n ** 18n,
  ]).sort(([a], [b]) => (a < b ? -1 : 1))
  assert.deepEqual(
    holders.map(({ holder, entitlement }) => [holder, BigInt(entitlement)]),
    expected,
  )
  for (const { holder, entitlement, amount } of holders) {
    assert.equal(BigInt(amount) === 0n, BigInt(entitlement) === 0n, holder)
  }
  return holders.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
}
