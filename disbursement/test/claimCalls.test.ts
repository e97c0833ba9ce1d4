import { type Address, decodeFunctionData, encodeFunctionData, getAddress, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import {
  type ClaimOrder,
  claimConsent,
  distributionId,
  planClaims,
  planClaimsTo,
  planSignedClaims,
} from '../index.ts'

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
    expect(planClaimsTo([], account)).toEqual([])
    expect(planSignedClaims([])).toEqual([])
  })

  test('to another address each claim goes by itself, its shard opened before', () => {
    const shard = { shard: 2, root: hash('f'), total: 5_000n, proof: [hash('9')] }
    const calls = planClaimsTo([claimOf('Q1'), claimOf('Q2', lp, { shard })], address('b'))
    expect(calls.map(({ functionName }) => functionName)).toEqual(['open', 'claimTo', 'claimTo'])
    expect(calls[1]?.args.slice(1, 4)).toEqual([3n, address('b'), 100n])
    expect(calls[2]?.args[0]).toEqual({ issuer, token: lp, terms: hash('2'), root: hash('f') })
  })

  test('what was signed names the leaf’s own distribution, and goes with its signature', () => {
    const shard = { shard: 2, root: hash('f'), total: 5_000n, proof: [hash('9')] }
    const claim = claimOf('Q1', usdc, { shard })
    const consent = claimConsent({ chainId: 1, distributor: address('7') }, claim, address('b'), 99n)
    const id = distributionId({ issuer, token: usdc, terms: hash('1'), root: hash('f') })
    expect(consent.message).toEqual({ id, index: 3n, account, amount: 100n, to: address('b'), deadline: 99n })
    const calls = planSignedClaims([{ claim, to: address('b'), deadline: 99n, signature: '0x1234' }])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['open', 'claimBySig'])
    expect(calls[1]?.args.slice(-2)).toEqual([99n, '0x1234'])
  })

  test('every call is one the distributor’s ABI knows', () => {
    const shard = { shard: 0, root: hash('f'), total: 1n, proof: [] }
    const calls = planClaims([
      claimOf('Q1'),
      claimOf('Q2'),
      claimOf('Q3', lp),
      claimOf('Q4', lp, { shard, account: address('b') }),
    ])
    const to = address('b')
    const signature: Hex = `0x${'5'.repeat(130)}`
    const others = [
      ...planClaimsTo([claimOf('Q1')], to),
      ...planSignedClaims([{ claim: claimOf('Q1'), to, deadline: 9n, signature }]),
    ]
    for (const call of [...calls, ...others]) {
      const data = encodeFunctionData({ abi: merkleDistributorAbi, ...call })
      const { functionName, args } = decodeFunctionData({ abi: merkleDistributorAbi, data })
      expect({ functionName, args }).toEqual(call)
    }
  })
})
