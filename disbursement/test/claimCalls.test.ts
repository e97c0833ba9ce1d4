import { type Address, decodeFunctionData, encodeFunctionData, getAddress, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { type ClaimOrder, planClaims } from '../index.ts'

const address = (digit: string): Address => getAddress(`0x${digit.repeat(40)}`)
const hash = (digit: string): Hex => `0x${digit.repeat(64)}`

const issuer = address('1')
const account = address('a')
const usdc = address('c')
const lp = address('d')

const claimOf = (period: string, token = usdc, given: Partial<ClaimOrder> = {}): ClaimOrder => {
  const digit = period.slice(-1)
  return {
    id: hash(digit),
    distribution: { issuer, token, terms: hash('0'), root: hash(digit) },
    index: 3,
    account,
    amount: 100n,
    proof: [hash('e')],
    shard: null,
    ...given,
  }
}

describe('the calls of one transaction', () => {
  test('one claim goes by claim', () => {
    expect(planClaims([claimOf('Q1')])).toEqual([
      {
        functionName: 'claim',
        args: [{ issuer, token: usdc, terms: hash('0'), root: hash('1') }, 3n, account, 100n, [hash('e')]],
      },
    ])
  })

  test('several of one asset and account go by one claimMany, each asset by its own', () => {
    const calls = planClaims([claimOf('Q1'), claimOf('Q2', lp), claimOf('Q3'), claimOf('Q4')])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['claimMany', 'claim'])
    const [many] = calls
    expect(many?.args.slice(0, 3)).toEqual([issuer, usdc, account])
    expect(many?.args[3]).toHaveLength(3)
  })

  test('accounts are never mixed: a claimMany pays one', () => {
    const calls = planClaims([claimOf('Q1'), claimOf('Q2', usdc, { account: address('b') })])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['claim', 'claim'])
  })

  test('a shard is opened once, before its claims, and claimed under its parent’s id', () => {
    const shard = { shard: 2, root: hash('f'), total: 5_000n, proof: [hash('9')] }
    const calls = planClaims([
      claimOf('Q1', usdc, { shard }),
      claimOf('Q1', usdc, { shard, account: address('b'), index: 4 }),
    ])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['open', 'claim', 'claim'])
    expect(calls[0]?.args).toEqual([
      { issuer, token: usdc, terms: hash('0'), root: hash('1') },
      2n,
      hash('f'),
      5_000n,
      [hash('9')],
    ])
    expect(calls[1]?.args[0]).toEqual({ issuer, token: usdc, terms: hash('1'), root: hash('f') })
  })

  test('nothing to claim is no call', () => {
    expect(planClaims([])).toEqual([])
  })

  test('every call is one the distributor’s ABI knows', () => {
    const shard = { shard: 0, root: hash('f'), total: 1n, proof: [] }
    const calls = planClaims([
      claimOf('Q1'),
      claimOf('Q2'),
      claimOf('Q3', lp),
      claimOf('Q4', lp, { shard, account: address('b') }),
    ])
    for (const call of calls) {
      const data = encodeFunctionData({ abi: merkleDistributorAbi, ...call })
      const { functionName, args } = decodeFunctionData({ abi: merkleDistributorAbi, data })
      expect({ functionName, args }).toEqual(call)
    }
  })
})
