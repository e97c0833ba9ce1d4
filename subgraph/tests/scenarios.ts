import type { Address } from 'viem'
import type { Deployment } from '../../disbursement/deployment.ts'

// Histories written by hand, event by event, with what must come of them: the vectors of SPEC section 14 and the cases of SPEC
// sections 3, 4 and 5, small enough to work out on paper. They become the JSON that `gnd test` plays to the real store.

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`

const ZERO = address(0)
const ISSUER = address(0x1001)
const TREASURY = address(0x1002)
const OFFERING = address(0x1003)
const TOKEN_VAULT = address(0x1004)
const LP_VAULT = address(0x1005)
const DISTRIBUTOR = address(0x1006)
const REGISTRY = address(0x1007)
const PAIR = address(0x1008)
const ROUTER = address(0x100a)
const TOKEN = address(0x2000)

/** The deployment the histories speak of. */
export const deploymentOf = (tokenFirst: boolean): Deployment => ({
  network: 'local',
  chainId: 31337,
  genesisBlock: 0,
  issuer: ISSUER,
  treasury: TREASURY,
  token: TOKEN,
  currency: address(0x1009),
  pair: PAIR,
  counterAsset: address(tokenFirst ? 0x3000 : 0x1fff),
  offering: OFFERING,
  saleAddresses: [OFFERING],
  registry: REGISTRY,
  tokenVault: TOKEN_VAULT,
  lpVault: LP_VAULT,
  distributor: DISTRIBUTOR,
  lpPurchase: null,
  noticeboard: null,
  router: ROUTER,
  factory: address(0x100b),
  excluded: [ZERO, address(0xdead), ISSUER, TREASURY, OFFERING, TOKEN_VAULT, LP_VAULT, DISTRIBUTOR, PAIR],
  rpcUrl: null,
  explorer: null,
  graphqlUrl: null,
  registerUrl: null,
  walletConnectId: null,
  walletConnectRelay: null,
})

type Event = { address: Address; event: string; params: Record<string, string | number>; txHash?: string }
type Assertion = { query: string; expected: unknown }
/** What `gnd test` reads. */
export type Scenario = {
  name: string
  blocks: { number: number; timestamp: number; events: Event[] }[]
  assertions: Assertion[]
}

type Rows = Record<string, Record<string, unknown>>

class Story {
  readonly scenario: Scenario
  private transactions = 0

  constructor(name: string) {
    this.scenario = { name, blocks: [], assertions: [] }
  }

  /** One block; each list is one transaction. */
  block(...transactions: Event[][]): number {
    const number = this.scenario.blocks.length
    const events = transactions.flatMap((events) => {
      const txHash = `0x${(++this.transactions).toString(16).padStart(64, '0')}`
      return events.map((event) => ({ ...event, txHash }))
    })
    this.scenario.blocks.push({ number, timestamp: 1_767_225_600 + number * 12, events })
    return number
  }

  /** What these accounts must be after a block, by the fields named. */
  accounts(block: number, rows: Rows): void {
    for (const [id, row] of Object.entries(rows)) {
      this.expect(`account(id: "${id}", block: { number: ${block} }) { ${Object.keys(row).join(' ')} }`, row)
    }
  }

  expect(query: string, expected: unknown): void {
    this.scenario.assertions.push({ query: `{ it: ${query} }`, expected: { it: expected } })
  }
}

const transfer = (of: Address, from: Address, to: Address, value: number): Event => ({
  address: of,
  event: 'Transfer(address indexed from, address indexed to, uint256 value)',
  params: { from, to, value: String(value) },
})
const token = (from: Address, to: Address, value: number): Event => transfer(TOKEN, from, to, value)
const units = (from: Address, to: Address, value: number): Event => transfer(PAIR, from, to, value)
const vault = (name: 'Staked' | 'Withdrawn', at: Address, account: Address, amount: number): Event => ({
  address: at,
  event: `${name}(address indexed account, uint256 amount)`,
  params: { account, amount: String(amount) },
})
const purchased = (buyer: Address, amount: number, cost: number): Event => ({
  address: OFFERING,
  event: 'Purchased(address indexed buyer, uint256 amount, uint256 cost)',
  params: { buyer, amount: String(amount), cost: String(cost) },
})
const linked = (holder: Address, wallet: Address): Event => ({
  address: REGISTRY,
  event: 'Linked(address indexed holder, address indexed wallet)',
  params: { holder, wallet },
})
const named = (holder: Address, recipient: Address): Event => ({
  address: REGISTRY,
  event: 'RecipientNamed(address indexed holder, address recipient)',
  params: { holder, recipient },
})

/** The pair's own events, from the token's side. */
const pairEvents = (tokenFirst: boolean) => {
  const sides = (name0: string, name1: string, ofToken: number, other: number): Record<string, string> =>
    tokenFirst
      ? { [name0]: String(ofToken), [name1]: String(other) }
      : { [name0]: String(other), [name1]: String(ofToken) }
  return {
    sync: (ofToken: number, other: number): Event => ({
      address: PAIR,
      event: 'Sync(uint112 reserve0, uint112 reserve1)',
      params: sides('reserve0', 'reserve1', ofToken, other),
    }),
    mint: (ofToken: number, other: number): Event => ({
      address: PAIR,
      event: 'Mint(address indexed sender, uint256 amount0, uint256 amount1)',
      params: { sender: ROUTER, ...sides('amount0', 'amount1', ofToken, other) },
    }),
    burn: (ofToken: number, other: number, to: Address): Event => ({
      address: PAIR,
      event: 'Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to)',
      params: { sender: ROUTER, ...sides('amount0', 'amount1', ofToken, other), to },
    }),
    swap: (tokenIn: number, otherIn: number, tokenOut: number, otherOut: number, to: Address): Event => ({
      address: PAIR,
      event:
        'Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)',
      params: {
        sender: ROUTER,
        ...sides('amount0In', 'amount1In', tokenIn, otherIn),
        ...sides('amount0Out', 'amount1Out', tokenOut, otherOut),
        to,
      },
    }),
  }
}

const entitled = (settled: number, custody: number) => ({
  settled: String(settled),
  custody: String(custody),
})

/** Buying, selling, staking, and what moves nothing. */
export const wallets = (): Scenario => {
  const [a, b, c, d, market, passerBy] = [1, 2, 3, 4, 5, 6].map((n) => address(0xa000 + n)) as [
    Address,
    Address,
    Address,
    Address,
    Address,
    Address,
  ]
  const story = new Story('wallets, sales, staking')
  story.block([token(ZERO, ISSUER, 10_000_000), token(ISSUER, OFFERING, 1_000_000)])
  const sold = story.block(
    ...[a, b, c, d].map((buyer) => [token(OFFERING, buyer, 20_000), purchased(buyer, 20_000, 400)]),
    [token(OFFERING, TREASURY, 5)], // to an excluded address: no lot
    [token(ISSUER, market, 50_000)],
  )
  story.expect(
    `program(id: "program", block: { number: ${sold} }) { holders lotsSold totalSupply transfers }`,
    {
      holders: 5,
      lotsSold: '80000',
      totalSupply: '10000000',
      transfers: 8,
    },
  )
  story.expect(`primaryLots(where: { buyer: "${a}" }) { holder buyer seller amount block logIndex }`, [
    { holder: a, buyer: a, seller: OFFERING, amount: '20000', block: sold, logIndex: 0 },
  ])
  story.expect(`purchases(where: { buyer: "${b}" }) { amount cost block timestamp }`, [
    { amount: '20000', cost: '400', block: sold, timestamp: String(1_767_225_600 + 12 * sold) },
  ])

  // a sells 5,000 and buys them back; b buys 5,000 and sells 5,000.
  story.block([token(a, market, 5_000)], [token(market, b, 5_000)])
  const back = story.block([token(market, a, 5_000)], [token(b, market, 5_000)])
  story.accounts(back, { [a]: entitled(15_000, 20_000), [b]: entitled(20_000, 20_000) })

  // c all out and back within one block; d to itself, zero, and from nobody to nobody.
  const round = story.block(
    [token(c, market, 20_000)],
    [token(market, c, 20_000)],
    [token(d, d, 20_000)],
    [token(d, market, 0)],
    [token(ZERO, ZERO, 7)],
  )
  const later = story.block([token(c, market, 1)])
  story.accounts(round, {
    [c]: entitled(20_000, 20_000),
    [d]: { balance: '20000', ...entitled(20_000, 20_000) },
  })
  story.accounts(later, { [c]: entitled(20_000, 19_999) })
  story.expect(`program(id: "program", block: { number: ${round} }) { totalSupply transfers }`, {
    totalSupply: '10000000',
    transfers: 17,
  })

  // d stakes all, withdraws a part, and sends some to the vault without staking: those are gone.
  const staked = story.block([token(d, TOKEN_VAULT, 20_000), vault('Staked', TOKEN_VAULT, d, 20_000)])
  story.accounts(staked, { [d]: { balance: '0', staked: '20000', ...entitled(20_000, 20_000) } })
  const withdrawn = story.block([token(TOKEN_VAULT, d, 8_000), vault('Withdrawn', TOKEN_VAULT, d, 8_000)])
  story.accounts(withdrawn, { [d]: { balance: '8000', staked: '12000', ...entitled(20_000, 20_000) } })
  const lost = story.block([token(d, TOKEN_VAULT, 3_000)])
  story.accounts(lost, { [d]: { balance: '5000', staked: '12000', ...entitled(20_000, 17_000) } })
  // A lot on top: what was lost stays lost, the new lot counts.
  const more = story.block([token(OFFERING, d, 1_000), purchased(d, 1_000, 20)])
  story.accounts(more, { [d]: { lots: '21000', ...entitled(18_000, 18_000) } })
  story.expect(`stakeChanges(where: { account: "${d}" }, orderBy: id) { vault delta block }`, [
    { vault: TOKEN_VAULT, delta: '20000', block: staked },
    { vault: TOKEN_VAULT, delta: '-8000', block: withdrawn },
  ])
  story.expect(
    `custodyChanges(where: { holder: "${d}", block_gte: ${staked} }, orderBy: id) { wallet kind delta custody lots settled block logIndex }`,
    [
      ['TRANSFER_OUT', -20_000, 0, 20_000, 20_000, staked, 0],
      ['STAKE', 20_000, 20_000, 20_000, 20_000, staked, 1],
      ['TRANSFER_IN', 8_000, 28_000, 20_000, 20_000, withdrawn, 0],
      ['UNSTAKE', -8_000, 20_000, 20_000, 20_000, withdrawn, 1],
      ['TRANSFER_OUT', -3_000, 17_000, 20_000, 20_000, lost, 0],
      ['LOT', 1_000, 18_000, 21_000, 18_000, more, 0],
    ].map(([kind, delta, custody, lots, settled, block, logIndex]) => ({
      wallet: d,
      kind,
      delta: String(delta),
      custody: String(custody),
      lots: String(lots),
      settled: String(settled),
      block,
      logIndex,
    })),
  )

  // The number of holders falls to what it was, rises again, and within a block ends where it ends.
  const one = story.block([token(market, passerBy, 10)])
  const none = story.block([token(passerBy, market, 10)])
  const again = story.block(
    [token(market, passerBy, 10)],
    [token(passerBy, market, 10)],
    [token(market, passerBy, 4)],
  )
  for (const [block, holders] of [
    [one, 6],
    [none, 5],
    [again, 6],
  ]) {
    story.expect(`program(id: "program", block: { number: ${block} }) { holders }`, { holders })
  }
  story.expect(`account(id: "${passerBy}") { lots settled custody }`, {
    lots: '0',
    settled: '0',
    custody: '4',
  })
  story.expect(`custodyChanges(where: { holder: "${passerBy}" }) { id }`, [])
  return story.scenario
}

/** Liquidity: what it counts for, and what it does not. */
export const pool = (tokenFirst: boolean, lpTreatment: 'deposit-basis' | 'none'): Scenario => {
  const { sync, mint, burn, swap } = pairEvents(tokenFirst)
  const [first, fair, pusher, late, other, buyer, feeTo] = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    address(0xb000 + n),
  ) as [Address, Address, Address, Address, Address, Address, Address]
  const counts = lpTreatment === 'deposit-basis'
  const story = new Story(`liquidity, ${lpTreatment}, the token as ${tokenFirst ? 'token0' : 'token1'}`)
  story.block([token(ZERO, ISSUER, 10_000_000), token(ISSUER, OFFERING, 1_000_000)])
  story.block(...[first, fair, pusher, late].map((person) => [token(OFFERING, person, 20_000)]))

  // The opening deposit: 10,000 against 1,000,000, so √(10^10) units, of which 1,000 are locked.
  const opening = story.block([
    token(first, PAIR, 10_000),
    units(ZERO, ZERO, 1_000),
    units(ZERO, first, 99_000),
    sync(10_000, 1_000_000),
    mint(10_000, 1_000_000),
  ])
  const basis = (n: number): number => (counts ? n : 0)
  story.accounts(opening, {
    [first]: {
      lp: '99000',
      units: '99000',
      basis: String(basis(10_000)),
      ...entitled(20_000, 10_000 + basis(10_000)),
    },
    [ZERO]: { lp: '1000', balance: '0' },
  })

  // The price doubles and more; the deposit stays what it was.
  const doubled = story.block([
    token(PAIR, buyer, 5_000),
    sync(5_000, 2_000_000),
    swap(0, 1_000_000, 5_000, 0, buyer),
  ])
  story.accounts(doubled, {
    [first]: { basis: String(basis(10_000)) },
    [buyer]: { balance: '5000', lots: '0' },
  })

  // A deposit at the price of the block before: ref = √(4·10^10 · 5,000 / 2,000,000) · 1/2 = 5,000.
  const added = story.block([
    token(fair, PAIR, 5_000),
    units(ZERO, fair, 100_000),
    sync(10_000, 4_000_000),
    mint(5_000, 2_000_000),
  ])
  story.accounts(added, { [fair]: { basis: String(basis(5_000)), custody: String(15_000 + basis(5_000)) } })

  // One transaction: push the token's price down to a quarter, deposit 10,000 there, and buy back.
  // ref = √(9·10^10 · 10,000 / 4,000,000) · 1/3 = 5,000 of the 10,000.
  const pushed = story.block([
    token(pusher, PAIR, 10_000),
    sync(20_000, 2_000_000),
    swap(10_000, 0, 0, 2_000_000, pusher),
    token(pusher, PAIR, 10_000),
    units(ZERO, pusher, 100_000),
    sync(30_000, 3_000_000),
    mint(10_000, 1_000_000),
    token(PAIR, pusher, 15_000),
    sync(15_000, 6_000_000),
    swap(0, 3_000_000, 15_000, 0, pusher),
  ])
  story.accounts(pushed, {
    [pusher]: { balance: '15000', basis: String(basis(5_000)), ...entitled(20_000, 15_000 + basis(5_000)) },
  })

  // The protocol's fee is minted before the depositor's units: the deposit is the depositor's.
  // L = 300,000 + 3,000 + 101,000; ref = √(20,000·8,000,000 · 15,000 / 6,000,000) · 101,000 / 404,000 = 20,000 / 4.
  const withFee = story.block([
    token(late, PAIR, 5_000),
    units(ZERO, feeTo, 3_000),
    units(ZERO, late, 101_000),
    sync(20_000, 8_000_000),
    mint(5_000, 2_000_000),
  ])
  story.accounts(withFee, {
    [feeTo]: { lp: '3000', units: '3000', basis: '0', custody: '0' },
    [late]: { lp: '101000', basis: String(basis(5_000)), custody: String(15_000 + basis(5_000)) },
  })
  story.expect(
    `pair(id: "${PAIR}", block: { number: ${withFee} }) { reserveToken reserveOther closeReserveToken closeReserveOther lpSupply }`,
    {
      reserveToken: '20000',
      reserveOther: '8000000',
      closeReserveToken: '15000',
      closeReserveOther: '6000000',
      lpSupply: '404000',
    },
  )
  story.expect(
    `liquidityChanges(where: { kind: MINT }, orderBy: id, block: { number: ${withFee} }) { provider units amountToken amountOther basis }`,
    [
      [first, 99_000, 10_000, 1_000_000, 10_000],
      [fair, 100_000, 5_000, 2_000_000, 5_000],
      [pusher, 100_000, 10_000, 1_000_000, 5_000],
      [late, 101_000, 5_000, 2_000_000, 5_000],
    ].map(([provider, minted, ofToken, ofOther, gave]) => ({
      provider,
      units: String(minted),
      amountToken: String(ofToken),
      amountOther: String(ofOther),
      basis: String(basis(Number(gave))),
    })),
  )

  // Staking LP units keeps their basis, whole or in part, in and out.
  const staked = story.block([
    units(first, LP_VAULT, 66_000),
    vault('Staked', LP_VAULT, first, 66_000),
    units(first, LP_VAULT, 33_000),
    vault('Staked', LP_VAULT, first, 33_000),
  ])
  story.accounts(staked, {
    [first]: {
      lp: '0',
      lpStaked: '99000',
      units: '99000',
      basis: String(basis(10_000)),
      custody: String(10_000 + basis(10_000)),
    },
  })
  const unstaked = story.block([units(LP_VAULT, first, 49_500), vault('Withdrawn', LP_VAULT, first, 49_500)])
  story.accounts(unstaked, {
    [first]: { lp: '49500', lpStaked: '49500', units: '99000', basis: String(basis(10_000)) },
  })
  // To the vault without staking: a third of the units, a third of the basis, and it is the holder's no more.
  const thrown = story.block([units(first, LP_VAULT, 33_000)])
  story.accounts(thrown, {
    [first]: {
      lp: '16500',
      lpStaked: '49500',
      units: '66000',
      basis: String(basis(6_667)),
      ...entitled(20_000, 10_000 + basis(6_667)),
    },
  })
  // Somebody else's later stake of as many units does not bring that basis back.
  const foreign = story.block([vault('Staked', LP_VAULT, other, 33_000)])
  story.accounts(foreign, { [other]: { lpStaked: '33000', units: '33000', basis: '0', custody: '0' } })

  // Units bought carry no basis; what was given away lost its part.
  const given = story.block([units(fair, other, 50_000)])
  story.accounts(given, {
    [fair]: { units: '50000', basis: String(basis(2_500)), custody: String(15_000 + basis(2_500)) },
    [other]: { lp: '50000', units: '83000', basis: '0', custody: '0' },
  })
  // Units to the pair, burned for another: the tokens are the other's. 50,000 of 404,000 units.
  const burned = story.block([
    units(fair, PAIR, 50_000),
    units(PAIR, ZERO, 50_000),
    token(PAIR, other, 2_475),
    sync(17_525, 7_009_901),
    burn(2_475, 990_099, other),
  ])
  story.accounts(burned, {
    [fair]: { lp: '0', units: '0', basis: '0', ...entitled(counts ? 17_500 : 20_000, 15_000) },
    [other]: { balance: '2475', custody: '2475', lots: '0', settled: '0' },
  })
  story.expect(
    `liquidityChanges(where: { kind: BURN }, block: { number: ${burned} }) { provider units amountToken amountOther basis }`,
    [{ provider: fair, units: '50000', amountToken: '2475', amountOther: '990099', basis: '0' }],
  )
  // Removed through a router that unwraps: the tokens pass through it, and come back within the block.
  const removed = story.block([
    units(late, PAIR, 101_000),
    units(PAIR, ZERO, 101_000),
    token(PAIR, ROUTER, 5_000),
    sync(12_525, 5_009_901),
    burn(5_000, 2_000_000, ROUTER),
    token(ROUTER, late, 5_000),
  ])
  story.accounts(removed, {
    [late]: { balance: '20000', basis: '0', units: '0', ...entitled(15_000 + basis(5_000), 20_000) },
    [ROUTER]: { balance: '0', custody: '0' },
  })
  // Units sent to nobody are a plain transfer; minted and burned in one block; skimmed and synced.
  const last = story.block(
    [units(pusher, ZERO, 100_000)],
    [
      token(buyer, PAIR, 1_000),
      units(ZERO, buyer, 20_000),
      sync(13_525, 5_409_901),
      mint(1_000, 400_000),
      units(buyer, PAIR, 20_000),
      units(PAIR, ZERO, 20_000),
      token(PAIR, buyer, 1_000),
      sync(12_525, 5_009_901),
      burn(1_000, 400_000, buyer),
    ],
    [token(buyer, PAIR, 500)],
    [token(PAIR, other, 500)],
    [token(buyer, PAIR, 25), sync(12_550, 5_009_901)],
  )
  story.accounts(last, {
    [pusher]: { lp: '0', units: '0', basis: '0', custody: '15000' },
    [ZERO]: { lp: '101000' },
    [buyer]: { balance: '4475', units: '0', basis: '0', custody: '4475' },
    [other]: { balance: '2975' },
  })
  story.expect(`pair(id: "${PAIR}") { reserveToken reserveOther lpSupply }`, {
    reserveToken: '12550',
    reserveOther: '5009901',
    lpSupply: '253000',
  })
  story.expect('swaps(orderBy: id, first: 1) { sender to tokenIn otherIn tokenOut otherOut }', [
    { sender: ROUTER, to: buyer, tokenIn: '0', otherIn: '1000000', tokenOut: '5000', otherOut: '0' },
  ])
  return story.scenario
}

/** Links, recipients, and distributions. */
export const holders = (): Scenario => {
  const { sync, mint } = pairEvents(true)
  const [root, second, third, stranger, provider] = [1, 2, 3, 4, 5].map((n) => address(0xc000 + n)) as [
    Address,
    Address,
    Address,
    Address,
    Address,
  ]
  const story = new Story('links, recipients, distributions')
  story.block([token(ZERO, ISSUER, 10_000_000), token(ISSUER, OFFERING, 1_000_000)])
  story.block(
    [token(OFFERING, root, 20_000)],
    [token(OFFERING, second, 10_000)],
    [token(OFFERING, third, 5_000)],
  )

  // Sold before it is linked; linked before it moves.
  const before = story.block([token(second, stranger, 4_000)])
  story.accounts(before, { [second]: entitled(10_000, 6_000) })
  const link = story.block([linked(root, second)])
  story.accounts(link, {
    [root]: { holder: root, lots: '30000', balance: '20000', ...entitled(26_000, 26_000) },
    [second]: { holder: root, lots: '0', balance: '6000', ...entitled(0, 0) },
  })
  story.expect(`program(id: "program", block: { number: ${link} }) { holders }`, { holders: 3 })
  // Between linked wallets nothing is sold; the linked wallet sells for its holder, and buys for it.
  const moved = story.block([token(root, second, 20_000)])
  story.accounts(moved, {
    [root]: { balance: '0', ...entitled(26_000, 26_000) },
    [second]: { balance: '26000' },
  })
  const sold = story.block([token(second, stranger, 1_000)])
  const lot = story.block([token(OFFERING, second, 500)])
  story.accounts(sold, { [root]: entitled(26_000, 25_000) })
  story.accounts(lot, {
    [root]: { lots: '30500', ...entitled(25_500, 25_500) },
    [second]: { balance: '25500' },
  })
  story.expect(`primaryLots(where: { buyer: "${second}" }, orderBy: block) { holder amount }`, [
    { holder: second, amount: '10000' },
    { holder: root, amount: '500' },
  ])
  // A link counts for all of its block: tokens sent just before it are not sold.
  const same = story.block([token(third, root, 5_000)], [linked(root, third)])
  story.accounts(same, { [root]: { lots: '35500', ...entitled(30_500, 30_500) }, [third]: { holder: root } })
  story.expect(`links(orderBy: id, block: { number: ${same} }) { holder wallet block }`, [
    { holder: root, wallet: second, block: link },
    { holder: root, wallet: third, block: same },
  ])
  story.expect(
    `custodyChanges(where: { kind: LINK }, orderBy: id, block: { number: ${same} }) { holder wallet delta custody lots settled }`,
    [
      { holder: root, wallet: second, delta: '6000', custody: '26000', lots: '30000', settled: '26000' },
      { holder: root, wallet: third, delta: '0', custody: '30500', lots: '35500', settled: '30500' },
    ],
  )

  // Basis moves with the units between linked wallets, and with the wallet that is linked.
  story.block([
    token(second, PAIR, 10_000),
    units(ZERO, ZERO, 1_000),
    units(ZERO, second, 9_000),
    sync(10_000, 10_000),
    mint(10_000, 10_000),
  ])
  const moving = story.block([units(second, third, 6_000)])
  story.accounts(moving, {
    [root]: { units: '9000', basis: '10000', ...entitled(30_500, 30_500) },
    [third]: { lp: '6000', units: '0', basis: '0' },
  })
  story.block(
    [token(OFFERING, provider, 1_000)],
    [token(provider, PAIR, 1_000), units(ZERO, provider, 1_000), sync(11_000, 11_000), mint(1_000, 1_000)],
  )
  const bringing = story.block([linked(root, provider)])
  story.accounts(bringing, {
    [root]: { units: '10000', basis: '11000', lots: '36500', ...entitled(31_500, 31_500) },
    [provider]: { holder: root, lp: '1000', units: '0', basis: '0', lots: '0', ...entitled(0, 0) },
  })

  // Recipients.
  story.block([named(stranger, third)], [named(root, stranger)])
  const unnamed = story.block([named(stranger, ZERO)])
  story.accounts(unnamed, { [stranger]: { recipient: null }, [root]: { recipient: stranger } })
  story.expect(`recipientChanges(orderBy: id) { holder recipient }`, [
    { holder: stranger, recipient: third },
    { holder: root, recipient: stranger },
    { holder: stranger, recipient: null },
  ])
  distributions(story, root, stranger)
  return story.scenario
}

const word = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`

/** Published, cancelled, claimed, sharded, pushed, swept; and those of another issuer, which are not kept. */
const distributions = (story: Story, account: Address, stranger: Address): void => {
  const of = (event: string, params: Record<string, string | number>): Event => ({
    address: DISTRIBUTOR,
    event,
    params,
  })
  const published = (id: number, issuer: Address, terms: string): Event =>
    of(
      'Published(bytes32 indexed id, address indexed issuer, address indexed token, bytes32 terms, bytes32 root, uint256 total, bytes32 manifestHash)',
      {
        id: word(id),
        issuer,
        token: TOKEN,
        terms,
        root: word(id + 100),
        total: '1000',
        manifestHash: word(id + 200),
      },
    )
  const claimed = (id: number, index: number, amount: number): Event =>
    of('Claimed(bytes32 indexed id, address indexed account, uint256 index, uint256 amount)', {
      id: word(id),
      account,
      index: String(index),
      amount: String(amount),
    })
  const claimedTo = (id: number, index: number, amount: number): Event =>
    of('ClaimedTo(bytes32 indexed id, address indexed account, uint256 index, address to, uint256 amount)', {
      id: word(id),
      account,
      index: String(index),
      to: stranger,
      amount: String(amount),
    })
  const ended = (name: 'Cancelled' | 'Swept', id: number, amount: number): Event =>
    of(`${name}(bytes32 indexed id, uint256 amount)`, { id: word(id), amount: String(amount) })
  // Opens at 101, may be swept from 1; a later one fills all 64 bits of both.
  const terms = `0x${'0'.repeat(32)}0000000000000065${'0000000000000001'}`
  const begun = story.block([
    published(1, ISSUER, terms),
    published(2, ISSUER, word(0)),
    published(3, stranger, word(0)),
    published(4, ISSUER, `0x${'0'.repeat(32)}${'f'.repeat(16)}${'8'.repeat(16)}`),
  ])
  story.block(
    [claimed(1, 0, 300)],
    [claimedTo(1, 1, 200)],
    [claimed(3, 0, 1_000)],
    [ended('Cancelled', 2, 1_000)],
    [
      of('Opened(bytes32 indexed id, bytes32 indexed parent, uint256 shard, bytes32 root, uint256 total)', {
        id: word(5),
        parent: word(4),
        shard: '0',
        root: word(105),
        total: '400',
      }),
      claimed(5, 7, 150),
    ],
  )
  const end = story.block([ended('Swept', 1, 500)], [ended('Swept', 3, 0)])
  const fields =
    'id terms opensAt deadline root total remaining manifestHash status claims publishedBlock parent issuer token'
  const row = (id: number, rest: Record<string, unknown>) => ({
    id: word(id),
    issuer: ISSUER,
    token: TOKEN,
    terms: word(0),
    opensAt: '0',
    deadline: '0',
    root: word(id + 100),
    total: '1000',
    manifestHash: word(id + 200),
    status: 'ACTIVE',
    claims: 0,
    publishedBlock: begun,
    parent: null,
    ...rest,
  })
  const opens = { opensAt: String(0xffffffffffffffffn), deadline: String(0x8888888888888888n) }
  story.expect(`distributions(orderBy: id) { ${fields} }`, [
    row(1, { terms, opensAt: '101', deadline: '1', remaining: '0', status: 'SWEPT', claims: 2 }),
    row(2, { remaining: '0', status: 'CANCELLED' }),
    row(4, { ...opens, terms: `0x${'0'.repeat(32)}${'f'.repeat(16)}${'8'.repeat(16)}`, remaining: '600' }),
    row(5, {
      ...opens,
      terms: word(4),
      parent: word(4),
      total: '400',
      remaining: '250',
      manifestHash: word(204),
      claims: 1,
      publishedBlock: begun + 1,
    }),
  ])
  story.expect(`claims(orderBy: id) { distribution account to index amount block }`, [
    { distribution: word(1), account, to: account, index: '0', amount: '300', block: begun + 1 },
    { distribution: word(1), account, to: stranger, index: '1', amount: '200', block: begun + 1 },
    { distribution: word(5), account, to: account, index: '7', amount: '150', block: begun + 1 },
  ])
  story.expect(`program(id: "program", block: { number: ${end} }) { claims lastBlock lastTimestamp }`, {
    claims: 3,
    lastBlock: end,
    lastTimestamp: String(1_767_225_600 + 12 * end),
  })
}
