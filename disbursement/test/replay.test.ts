// SPEC sections 3, 4 and 5, case by case.
import { encodeAbiParameters, encodeEventTopics, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import { parseDeployment } from '../deployment.ts'
import { ReplayError } from '../errors.ts'
import { depositBasis, isqrt } from '../replay/basis.ts'
import { differencesBetween } from '../replay/compare.ts'
import { blocksOf, type LedgerEvent, logDecoder, replayFilter, rewardFilter } from '../replay/events.ts'
import { Ledger } from '../replay/ledger.ts'
import { Chain } from './chain.ts'
import { address, deployment, deploymentJson, hash } from './fixtures.ts'

const [A, B, C, MARKET] = [address(1), address(2), address(3), address(4)]
const { issuer, lpVault, treasury, distributor, pair, offering } = deployment()
const P = 20_000n
const E = 10n ** 6n

/** A chain on which A bought 20,000 primary tokens and someone without any holds tokens from the market. */
const sold = (lpTreatment: 'deposit-basis' | 'none' = 'deposit-basis'): Chain =>
  new Chain(lpTreatment).sell(A, P).transfer(issuer, MARKET, 50_000n).close()

/** The same with a pool of 1,000,000 tokens and 1,000,000 of the other asset. */
const pooled = (lpTreatment?: 'deposit-basis' | 'none'): Chain => {
  const chain = sold(lpTreatment)
  chain.addLiquidity(issuer, E, E)
  return chain.close()
}

describe('the entitlement', () => {
  test('of who sells 5,000 and buys them back is 15,000', () => {
    const chain = sold().transfer(A, MARKET, 5_000n).close().transfer(MARKET, A, 5_000n).close()
    expect(chain.of(A)).toMatchObject({ lots: P, custody: P, entitlement: 15_000n })
  })

  test('of who buys 5,000 and sells them is whole: what was bought is spent first', () => {
    const chain = sold().transfer(MARKET, A, 5_000n).close().transfer(A, MARKET, 5_000n).close()
    expect(chain.of(A).entitlement).toBe(P)
  })

  test('is whole after all went out and came back within one block', () => {
    const chain = sold().transfer(A, MARKET, P).transfer(MARKET, A, P).close()
    expect(chain.of(A).entitlement).toBe(P)
  })

  test('grows by primary lots only, from every sale address, not for excluded buyers', () => {
    const chain = sold().sell(A, 1_000n).transfer(MARKET, A, 500n).sell(treasury, 700n).close()
    expect(chain.of(A)).toMatchObject({ lots: 21_000n, custody: 21_500n, entitlement: 21_000n })
    expect(chain.ledger.lots.map(({ buyer, amount }) => [buyer, amount])).toEqual([
      [A, P],
      [A, 1_000n],
    ])
    expect(chain.ledger.positions().map(({ holder }) => holder)).not.toContain(treasury)
  })

  test('keeps a lot bought and sold in one block at what is left', () => {
    expect(sold().sell(B, 100n).transfer(B, MARKET, 30n).close().of(B)).toMatchObject({
      lots: 100n,
      entitlement: 70n,
    })
  })

  test('is whole while tokens are staked, and after they came back', () => {
    const chain = sold().stake('token', A, 12_000n).close()
    expect(chain.of(A)).toMatchObject({ balance: 8_000n, staked: 12_000n, entitlement: P })
    expect(chain.unstake('token', A, 12_000n).close().of(A)).toMatchObject({
      balance: P,
      staked: 0n,
      entitlement: P,
    })
  })

  test('does not count tokens sent to the vault without staking', () => {
    expect(sold().transfer(A, deployment().tokenVault, 1n).close().of(A).entitlement).toBe(P - 1n)
  })
})

describe('links', () => {
  test('count from their block on, also for what was sent earlier in it', () => {
    const chain = sold().transfer(A, B, 9_000n).link(A, B).close()
    expect(chain.of(A)).toMatchObject({ wallets: [A, B], custody: P, entitlement: P })
    expect(chain.transfer(B, MARKET, 4_000n).close().of(A).entitlement).toBe(16_000n)
  })

  test('join the lots, the entitlement, the basis and the units of both', () => {
    const chain = pooled().sell(B, 6_000n).close().transfer(B, MARKET, 1_000n).close()
    const units = chain.addLiquidity(B, 2_000n, 2_000n)
    chain.close().nameRecipient(A, C).link(A, B).close()
    expect(chain.of(A)).toMatchObject({
      lots: 26_000n,
      entitlement: 25_000n,
      basis: 2_000n,
      units,
      custody: 25_000n,
      recipient: C,
    })
    expect(() => chain.of(B)).toThrow()
  })

  test('let tokens, units and their basis move freely from then on', () => {
    const chain = pooled().link(A, B).close()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close().lpTransfer(A, B, units).transfer(A, B, 10_000n).close()
    expect(chain.of(A)).toMatchObject({ basis: 10_000n, units, entitlement: P })
  })

  test('come too late for the basis of LP units sent before them in the same block', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close().lpTransfer(A, B, units).link(A, B).close()
    expect(chain.of(A)).toMatchObject({ basis: 0n, units, entitlement: 10_000n })
  })

  test('against the rules are refused', () => {
    expect(() => sold().link(A, B).close().link(C, B).close()).toThrow('against the rules')
    expect(() => sold().link(A, A).close()).toThrow('against the rules')
    expect(() => sold().link(A, B).close().link(C, A).close()).toThrow('against the rules')
  })

  test('a recipient can be named and taken back', () => {
    const chain = sold().nameRecipient(A, C).close()
    expect(chain.of(A).recipient).toBe(C)
    expect(chain.nameRecipient(A, address(0)).close().of(A).recipient).toBeNull()
  })

  test('a recipient is known of a holder that has nothing, as anybody may name one', () => {
    expect(sold().nameRecipient(B, C).close().of(B)).toMatchObject({
      recipient: C,
      custody: 0n,
      wallets: [B],
    })
  })
})

describe('liquidity', () => {
  test('of 10,000 tokens still counts 10,000 after the price doubles, where look-through reads 7,071', () => {
    const chain = sold()
    chain.addLiquidity(issuer, 10n ** 24n, 10n ** 24n)
    chain.close()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close()
    // Without a fee the price doubles when the other side grows by the square root of two.
    chain.swapOut(MARKET, isqrt(2n * chain.reserves.other ** 2n) - chain.reserves.other, 0n)
    chain.close()
    const { reserves, lpSupply } = chain
    expect((reserves.other * 1_000n + reserves.token / 2n) / reserves.token).toBe(2_000n)
    expect((units * reserves.token) / lpSupply).toBe(7_071n)
    expect(chain.of(A)).toMatchObject({ basis: 10_000n, custody: P, entitlement: P })
  })

  test('counts for nothing where the terms say none', () => {
    const chain = pooled('none')
    chain.addLiquidity(A, 10_000n, 10_000n)
    expect(chain.close().of(A)).toMatchObject({ basis: 0n, custody: 10_000n, entitlement: 10_000n })
  })

  test('staked and unstaked keeps its basis', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close().stake('lp', A, units).close()
    expect(chain.of(A)).toMatchObject({ lp: 0n, lpStaked: units, basis: 10_000n, entitlement: P })
    chain.unstake('lp', A, units).close()
    expect(chain.of(A)).toMatchObject({ lp: units, lpStaked: 0n, basis: 10_000n, entitlement: P })
  })

  test('staked twice in one transaction keeps its basis; given to the vault it loses it', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain
      .close()
      .together(() => chain.stake('lp', A, 1n).stake('lp', A, 1n))
      .close()
    expect(chain.of(A).basis).toBe(10_000n)
    chain.together(() => chain.lpTransfer(A, lpVault, units / 2n).stake('lp', A, 1n)).close()
    expect(chain.of(A)).toMatchObject({ lpStaked: 3n, basis: 5_000n, entitlement: 15_000n })
    chain.lpTransfer(A, lpVault, 1n).close()
    expect(chain.of(A).basis).toBe(4_999n)
  })

  test('removed gives its basis up, part by part, and all of it with the last unit', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close()
    chain.removeLiquidity(A, units / 4n)
    expect(chain.close().of(A)).toMatchObject({ basis: 7_500n, balance: 12_500n, entitlement: P })
    chain.removeLiquidity(A, units - units / 4n)
    expect(chain.close().of(A)).toMatchObject({ basis: 0n, units: 0n, balance: P, entitlement: P })
  })

  test('of which fewer tokens come back is a sale, unless topped up within the block', () => {
    const attempt = (topUp: boolean): bigint => {
      const chain = pooled()
      const units = chain.addLiquidity(A, 10_000n, 10_000n)
      chain.close()
      chain.swapOut(MARKET, E)
      chain.close()
      const back = chain.removeLiquidity(A, units)
      expect(back).toBeLessThan(6_000n)
      if (topUp) chain.transfer(MARKET, A, 10_000n - back)
      const { entitlement, balance } = chain.close().of(A)
      expect(entitlement).toBe(topUp ? P : balance)
      return entitlement
    }
    expect(attempt(true)).toBe(P)
    expect(attempt(false)).toBeLessThan(16_000n)
  })

  test('whose opening mint comes before any price has the tokens as its basis; others then have none', () => {
    const chain = sold()
    chain.addLiquidity(A, 5_000n, 5_000n)
    chain.addLiquidity(A, 5_000n, 5_000n)
    expect(chain.close().of(A)).toMatchObject({ basis: 5_000n, entitlement: 15_000n })
    expect(chain.ledger.supply.lp).toBe(chain.lpSupply)
  })

  test('opened, emptied and added to again within one block has a basis once', () => {
    const chain = sold()
    const units = chain.addLiquidity(A, 5_000n, 5_000n)
    chain.removeLiquidity(A, units)
    chain.addLiquidity(A, 4_000n, 4_000n)
    expect(chain.close().of(A)).toMatchObject({ basis: 0n, entitlement: chain.of(A).balance })
  })

  test("made after a fee's mint is the depositor's, not the collector's", () => {
    const chain = pooled()
    chain.addLiquidity(A, 10_000n, 10_000n, A, 77n)
    chain.close()
    expect(chain.of(A).basis).toBe(10_000n)
    expect(chain.of(address(0xfee))).toMatchObject({ units: 77n, basis: 0n })
  })

  test('sent away loses its basis, and brings none to where it goes', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain
      .close()
      .lpTransfer(A, B, units / 2n)
      .close()
    expect(chain.of(A)).toMatchObject({ basis: 5_000n, entitlement: 15_000n })
    expect(chain.of(B)).toMatchObject({ basis: 0n, units: units / 2n })
    expect(
      chain
        .lpTransfer(B, A, units / 2n)
        .close()
        .of(A),
    ).toMatchObject({ basis: 5_000n, entitlement: 15_000n })
  })

  test('burned to nobody by its owner is not burned by the pair', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    const supply = chain.close().ledger.supply.lp
    chain.lpTransfer(A, address(0), units).close()
    expect(chain.of(A).basis).toBe(0n)
    expect(chain.ledger.supply.lp).toBe(supply)
  })
})

describe('attacks', () => {
  test('minting at a price pushed down within the transaction buys no basis for nothing', () => {
    const chain = pooled()
    const before = chain.of(A).entitlement
    let units = 0n
    chain.together(() => {
      chain.swapIn(issuer, 9n * E)
      units = chain.addLiquidity(A, 10_000n, 10_000n)
      chain.swapOut(issuer, 900_000n)
    })
    chain.close()
    const worth = (units * isqrt(chain.reserves.token * chain.reserves.other)) / chain.lpSupply
    expect(worth).toBeLessThan(2_000n)
    expect(chain.of(A).basis).toBeLessThanOrEqual((worth * 102n) / 100n)
    expect(chain.of(A).entitlement).toBeLessThan(before - 8_000n)
  })

  test('burning at a price pushed up keeps no basis beyond the tokens that come back', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close().together(() => {
      const bought = chain.swapOut(MARKET, 9n * E)
      chain.removeLiquidity(A, units)
      chain.swapIn(MARKET, bought)
    })
    const { basis, balance, entitlement } = chain.close().of(A)
    expect(basis).toBe(0n)
    expect(entitlement).toBe(balance)
    expect(entitlement).toBeLessThan(12_000n)
  })

  test('tokens borrowed at the record block bring nothing back', () => {
    const chain = sold().transfer(A, MARKET, 5_000n).close()
    chain.together(() => chain.transfer(MARKET, A, 40_000n).transfer(A, MARKET, 40_000n)).close()
    expect(chain.of(A).entitlement).toBe(15_000n)
    expect(chain.transfer(MARKET, A, 40_000n).close().of(A).entitlement).toBe(15_000n)
  })

  test('LP units bought on the market, or paid out, carry no basis', () => {
    const chain = pooled().transfer(A, MARKET, 10_000n).lpTransfer(issuer, A, 10_000n).close()
    expect(chain.of(A)).toMatchObject({ basis: 0n, units: 10_000n, entitlement: 10_000n })
    expect(chain.payOutLp(A, 500n).close().of(A)).toMatchObject({
      basis: 0n,
      units: 10_500n,
      entitlement: 10_000n,
    })
  })

  test("bought units thin the basis of one's own when part is removed", () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.lpTransfer(issuer, A, units).close()
    expect(chain.lpTransfer(A, B, units).close().of(A)).toMatchObject({ basis: 5_000n, entitlement: 15_000n })
  })

  test('moving to a wallet of one’s own before linking it is a sale', () => {
    const chain = sold().transfer(A, B, P).close().link(A, B).close()
    expect(chain.of(A)).toMatchObject({ custody: P, entitlement: 0n })
  })

  test('dust and transfers of nothing make nobody a primary holder', () => {
    const chain = sold()
    for (let at = 0; at < 200; at++)
      chain.transfer(MARKET, address(0x5000 + at), 1n).transfer(offering, address(0x6000 + at), 0n)
    chain.transfer(A, A, P).transfer(A, A, 0n).lpTransfer(address(0x77), address(0x78), 0n).close()
    expect(chain.ledger.lots).toHaveLength(1)
    expect(
      chain.ledger
        .positions()
        .filter(({ lots }) => lots > 0n)
        .map(({ holder }) => holder),
    ).toEqual([A])
    expect(chain.of(A).entitlement).toBe(P)
  })

  test('a linked wallet that sells, sells for its holder', () => {
    const chain = sold().link(A, B).transfer(A, B, 8_000n).close().transfer(B, MARKET, 8_000n).close()
    expect(chain.of(A).entitlement).toBe(12_000n)
  })

  test('LP units of one’s own put into the distributor are given away', () => {
    const chain = pooled()
    const units = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close().lpTransfer(A, distributor, units).close().lpTransfer(distributor, A, units).close()
    expect(chain.of(A)).toMatchObject({ basis: 0n, units, entitlement: 10_000n })
  })
})

describe('the deposit basis', () => {
  const deposit = {
    tokens: 102n,
    units: 100n,
    supply: 1_000n,
    first: false,
    after: { token: 1_000n, other: 1_000n },
    closed: { token: 1_000n, other: 1_000n },
  }

  test('is the tokens up to 2% above their worth, else the worth', () => {
    expect(depositBasis(deposit)).toBe(102n)
    expect(depositBasis({ ...deposit, tokens: 103n })).toBe(100n)
    expect(depositBasis({ ...deposit, tokens: 1n })).toBe(1n)
  })

  test('is nothing without reserves at the close before, but for the mint that opens the pair', () => {
    expect(depositBasis({ ...deposit, closed: { token: 0n, other: 0n } })).toBe(0n)
    expect(depositBasis({ ...deposit, closed: { token: 0n, other: 0n }, first: true })).toBe(102n)
  })

  test('stands on exact square roots', () => {
    for (const root of [0n, 1n, 2n, 3n, 10n, 2n ** 64n - 1n, 10n ** 40n + 7n]) {
      expect(isqrt(root * root)).toBe(root)
      expect(isqrt(root * root + 2n * root)).toBe(root)
      if (root > 1n) expect(isqrt(root * root - 1n)).toBe(root - 1n)
    }
  })
})

describe('logs', () => {
  const abi = parseAbi([
    'event Transfer(address indexed from, address indexed to, uint256 value)',
    'event Approval(address indexed owner, address indexed spender, uint256 value)',
    'event Sync(uint112 reserve0, uint112 reserve1)',
    'event Mint(address indexed sender, uint256 amount0, uint256 amount1)',
    'event Staked(address indexed account, uint256 amount)',
    'event Withdrawn(address indexed account, uint256 amount)',
    'event Linked(address indexed holder, address indexed wallet)',
    'event RecipientNamed(address indexed holder, address recipient)',
  ])
  const at = { blockNumber: 7n, transactionHash: hash(9), logIndex: 3 }
  const place = { block: 7n, transaction: hash(9), logIndex: 3 }
  const uints = (...values: bigint[]) =>
    encodeAbiParameters(
      values.map(() => ({ type: 'uint256' })),
      values,
    )
  const log = (contract: `0x${string}`, topics: unknown, data: `0x${string}` = '0x') => ({
    ...at,
    address: contract,
    topics: topics as `0x${string}`[],
    data,
  })
  const { token, tokenVault, registry, router } = deployment()
  const transfer = encodeEventTopics({ abi, eventName: 'Transfer', args: { from: A, to: B } })
  const sync = encodeEventTopics({ abi, eventName: 'Sync' })
  const mint = encodeEventTopics({ abi, eventName: 'Mint', args: { sender: router } })
  const staked = encodeEventTopics({ abi, eventName: 'Staked', args: { account: A } })
  const withdrawn = encodeEventTopics({ abi, eventName: 'Withdrawn', args: { account: A } })
  const linked = encodeEventTopics({ abi, eventName: 'Linked', args: { holder: A, wallet: B } })
  const named = encodeEventTopics({ abi, eventName: 'RecipientNamed', args: { holder: A } })
  const approval = encodeEventTopics({ abi, eventName: 'Approval', args: { owner: A, spender: B } })

  test('are decoded by contract', () => {
    const decode = logDecoder(deployment())
    expect(decode(log(token, transfer, uints(5n)))).toEqual({
      ...place,
      kind: 'transfer',
      of: 'token',
      from: A,
      to: B,
      amount: 5n,
    })
    expect(decode(log(pair, transfer, uints(5n)))).toEqual({
      ...place,
      kind: 'transfer',
      of: 'lp',
      from: A,
      to: B,
      amount: 5n,
    })
    expect(decode(log(pair, sync, uints(1n, 2n)))).toEqual({ ...place, kind: 'sync', token: 1n, other: 2n })
    expect(decode(log(pair, mint, uints(1n, 2n)))).toEqual({ ...place, kind: 'mint', token: 1n, other: 2n })
    expect(decode(log(tokenVault, staked, uints(5n)))).toEqual({
      ...place,
      kind: 'stake',
      of: 'token',
      account: A,
      amount: 5n,
    })
    expect(decode(log(lpVault, withdrawn, uints(5n)))).toEqual({
      ...place,
      kind: 'unstake',
      of: 'lp',
      account: A,
      amount: 5n,
    })
    expect(decode(log(registry, linked))).toEqual({ ...place, kind: 'link', holder: A, wallet: B })
    expect(decode(log(registry, named, uints(BigInt(C))))).toEqual({
      ...place,
      kind: 'recipient',
      holder: A,
      recipient: C,
    })
    expect(replayFilter(deployment()).addresses).toHaveLength(5)
    expect(rewardFilter(deployment()).addresses).toContain(distributor)
  })

  test('of other contracts and other events are nothing', () => {
    const decode = logDecoder(deployment())
    expect([token, pair, tokenVault, registry].map((each) => decode(log(each, approval, uints(5n))))).toEqual(
      [null, null, null, null],
    )
    expect(decode(log(router, transfer, uints(5n)))).toBeNull()
  })

  test('of a pair whose first token is the other one are turned round', () => {
    const json = { ...deploymentJson(), counterAsset: address(0x1) }
    expect(logDecoder(parseDeployment(json))(log(pair, sync, uints(1n, 2n)))).toMatchObject({
      token: 2n,
      other: 1n,
    })
  })

  test('that are malformed are refused', () => {
    const decode = logDecoder(deployment())
    expect(() => decode(log(token, transfer))).toThrow('Log 3 of')
    expect(() => decode(log(token, [transfer[0]], uints(5n)))).toThrow('its topic 1 is not an address')
  })

  test('are grouped by block', () => {
    const event = (block: bigint, logIndex: number): LedgerEvent => ({
      block,
      transaction: hash(1),
      logIndex,
      kind: 'sync',
      token: 1n,
      other: 1n,
    })
    const groups = [...blocksOf([event(1n, 0), event(1n, 1), event(4n, 0)])]
    expect(groups.map(({ number, events }) => [number, events.length])).toEqual([
      [1n, 2],
      [4n, 1],
    ])
    expect([...blocksOf([])]).toEqual([])
  })

  test('out of order or incomplete are refused', () => {
    const chain = sold()
    const [block] = chain.blocks
    if (block === undefined) throw new Error('the chain has blocks')
    expect(() => chain.ledger.apply(block)).toThrow('feed blocks in ascending order')
    const fresh = new Ledger({ ...deployment(), lpTreatment: 'none' })
    expect(() => fresh.apply({ ...block, events: [...block.events].reverse() })).toThrow(
      'is out of order after log',
    )
    const late = new Ledger({ ...deployment(), lpTreatment: 'none' })
    expect(() => late.apply(chain.blocks[1] ?? block)).toThrow(ReplayError)
    const mintOnly: LedgerEvent = {
      block: 1n,
      transaction: hash(1),
      logIndex: 0,
      kind: 'mint',
      token: 1n,
      other: 1n,
    }
    const none = new Ledger({ ...deployment(), lpTreatment: 'none' })
    expect(() => none.apply({ number: 1n, events: [mintOnly] })).toThrow(
      'adds liquidity without minting LP units',
    )
  })
})

describe('two witnesses', () => {
  test('who agree have no difference, empty addresses aside', () => {
    const ours = sold().transfer(MARKET, B, 1n).close().transfer(B, MARKET, 1n).close().ledger.positions()
    expect(differencesBetween(ours, sold().ledger.positions())).toEqual([])
  })

  test('who differ are told in what', () => {
    const ours = sold().ledger.positions()
    const theirs = sold().transfer(A, C, 1n).close().ledger.positions()
    expect(differencesBetween(ours, theirs)).toEqual([
      { holder: A, field: 'balance', ours: '20000', theirs: '19999' },
      { holder: A, field: 'custody', ours: '20000', theirs: '19999' },
      { holder: A, field: 'entitlement', ours: '20000', theirs: '19999' },
      { holder: C, field: 'position', ours: null, theirs: 'custody 1, lots 0' },
    ])
  })
})
