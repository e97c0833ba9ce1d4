// The gas of every call, ours beside peers' in one run on one EVM. `hardhat build --no-tests` first.
//   node bench/gas/main.ts           prints the figures and writes snapshot.json
//   node bench/gas/main.ts --check   prints them, writes nothing, and fails if one of ours has risen or misses its goal
import { readFileSync, writeFileSync } from 'node:fs'
import { makeCumulative, makeOurs, makeOz, makeUniswap, type Subject } from './subjects.ts'
import { accountOf, listOf } from './trees.ts'
import { ours, peers, startWorld, uniswap } from './world.ts'

const NAMES = ['ours', 'uniswap', 'openzeppelin', 'cumulative'] as const
type Name = (typeof NAMES)[number]
type Figures = Record<string, Partial<Record<Name, number>>>

/** What ours may cost at most. */
const GOALS: Record<string, number> = {
  'later claim, 30 accounts': 50_100,
  'later claim, 1,000 accounts': 51_700,
  'later claim, 100,000 accounts': 51_700,
  'four quarters at once, 30 accounts': 87_900,
  'publish and fund, 30 accounts': 68_500,
  'distribute to 30': 377_000,
  '30 holders × 12 quarters, claimed quarterly': 19_500_000,
  '30 holders × 12 quarters, claimed yearly': 9_300_000,
  '30 holders × 12 quarters, paid by the issuer': 5_100_000,
}

const SIZES = [30, 1_000, 100_000]
const SNAPSHOT = new URL('snapshot.json', import.meta.url)

const figures: Figures = {}
const note = (row: string, name: Name, gas: bigint): void => {
  figures[row] = { ...figures[row], [name]: Number(gas) }
}

const world = await startWorld()
const built = peers()
const builds = {
  ours: ours(),
  uniswap: uniswap(),
  oz: built.OzDistributor,
  cumulative: built.CumulativeDistributor,
}
const token = await world.deploy(built.PlainToken, [1n << 120n])
const batcher = await world.deploy(built.Batcher)

const make = {
  ours: () => makeOurs(world, token, builds),
  uniswap: async () => makeUniswap(world, token, batcher, builds),
  openzeppelin: () => makeOz(world, token, batcher, builds),
  cumulative: () => makeCumulative(world, token, batcher, builds),
} satisfies Record<Name, () => Promise<Subject>>

// Every recipient has some of the token already.
for (let i = 0; i < 30; i++) await world.send(token, 'transfer', [accountOf(i), 1n])
for (const i of [640, 641, 64_000, 64_001]) await world.send(token, 'transfer', [accountOf(i), 1n])

// -- ONE CALL

for (const size of SIZES) {
  const [first, later] = size === 30 ? [7, 3] : size === 1_000 ? [640, 641] : [64_000, 64_001]
  const accounts = `${size.toLocaleString('en')} accounts`
  for (const name of NAMES) {
    const subject = await make[name]()
    // The first period is left unpaid, so that the second one finds the distributor with a balance. Who claims later
    // from a cumulative distributor has claimed from it before: that is its own way of being later.
    await subject.publish(1, name === 'cumulative' ? size : 30)
    if (name === 'cumulative') await subject.claim(1, later)
    note(`publish and fund, ${accounts}`, name, await subject.publish(2, size))
    if (subject.open !== undefined && size > 128) {
      note(`open a shard, ${accounts}`, name, await subject.open(2, first >> 7))
    }
    note(`first claim, ${accounts}`, name, await subject.claim(2, first))
    note(`later claim, ${accounts}`, name, await subject.claim(2, later))
  }
}

for (const name of NAMES) {
  const subject = await make[name]()
  // One claim of each before, as in real life: nobody is the first.
  await subject.publish(9, 30)
  await subject.claim(9, 3)
  for (const period of [1, 2, 3, 4]) {
    await subject.publish(period, 30)
    await subject.claim(period, 7)
  }
  note('four quarters at once, 30 accounts', name, await subject.several([1, 2, 3, 4], 3))
}

for (const name of NAMES) {
  const subject = await make[name]()
  await subject.publish(1, 30)
  await subject.publish(2, 30)
  note('push for 30', name, await (subject.push?.(2) ?? subject.payAll(2, 30)))
}

const subject = await make.ours()
await subject.publish(1, 30)
note('distribute to 30', 'ours', await subject.payAll(2, 30))
await world.send(token, 'approve', [
  subject.contract.address,
  listOf(30, 3).reduce((sum, { amount }) => sum + amount, 0n),
])
note('publish and fund, exact allowance, 30 accounts', 'ours', await subject.publish(3, 30))

// -- THREE YEARS

const quarters = Array.from({ length: 12 }, (_, i) => i + 1)
const everybody = Array.from({ length: 30 }, (_, i) => i)
for (const name of NAMES) {
  const quarterly = await make[name]()
  let gas = 0n
  for (const period of quarters) {
    gas += await quarterly.publish(period, 30)
    for (const i of everybody) gas += await quarterly.claim(period, i)
  }
  note('30 holders × 12 quarters, claimed quarterly', name, gas)

  const yearly = await make[name]()
  gas = 0n
  for (const period of quarters) {
    gas += await yearly.publish(period, 30)
    if (period % 4 !== 0) continue
    for (const i of everybody) gas += await yearly.several([period - 3, period - 2, period - 1, period], i)
  }
  note('30 holders × 12 quarters, claimed yearly', name, gas)

  const paid = await make[name]()
  gas = 0n
  for (const period of quarters) gas += await paid.payAll(period, 30)
  note('30 holders × 12 quarters, paid by the issuer', name, gas)
}

// -- THE FLOOR

const list = listOf(30, 5)
await world.send(token, 'approve', [batcher.address, 1n << 200n])
const loop = await world.send(batcher, 'transferAll', [
  token.address,
  list.map(({ account }) => account),
  list.map(({ amount }) => amount),
])
const floored = await make.ours()
await floored.publish(1, 30)
await floored.claim(1, 7)
const plain = await world.send(token, 'transfer', [accountOf(3), 59_000_000n])
const claimCalldata = await floored.calldataOfClaim(1, 3)
await world.close()

// What the EVM charges for the parts that no distributor with these words can leave out (Yellow Paper, EIP-2929, 2200).
const TRANSFER = { balances: 2n * (2_100n + 2_900n), log: 375n * 4n + 8n * 32n }
const floor: Record<string, bigint> = {
  'the transaction': 21_000n,
  'its calldata': claimCalldata,
  'one word read and written': 2_100n + 2_900n,
  'hashes of the id, the leaf and five pairs': 54n + 48n + 36n + 5n * 42n,
  'the token, called cold': 2_600n,
  'its two balances read and written': TRANSFER.balances,
  'its Transfer event': TRANSFER.log,
  'its own instructions': plain.gas - 21_000n - plain.calldata - TRANSFER.balances - TRANSFER.log,
  'our Claimed event, three topics and two words': 375n * 4n + 8n * 64n,
}
const least = Object.values(floor).reduce((sum, gas) => sum + gas, 0n)

// -- THE REPORT

const shown = (gas: number | undefined): string => gas?.toLocaleString('en') ?? '–'
const rows = Object.keys(figures)
const width = Math.max(...rows.map((row) => row.length))
console.log(`${'gas'.padEnd(width)}${NAMES.map((name) => name.padStart(14)).join('')}${'goal'.padStart(14)}`)
for (const row of rows) {
  const cells = NAMES.map((name) => shown(figures[row]?.[name]).padStart(14)).join('')
  console.log(`${row.padEnd(width)}${cells}${shown(GOALS[row]).padStart(14)}`)
}
console.log(`\nthirty transfers in a loop, without receipts or claims: ${loop.gas.toLocaleString('en')}`)
console.log('\nThe floor of a later claim at 30 accounts')
for (const [part, gas] of Object.entries(floor))
  console.log(`  ${part.padEnd(48)}${gas.toLocaleString('en').padStart(8)}`)
const later = figures['later claim, 30 accounts']?.ours ?? 0
console.log(
  `  ${'together'.padEnd(48)}${least.toLocaleString('en').padStart(8)}; ours is ${later - Number(least)} above it`,
)

const problems: string[] = []
for (const [row, goal] of Object.entries(GOALS)) {
  const gas = figures[row]?.ours ?? Number.POSITIVE_INFINITY
  if (gas > goal) problems.push(`${row}: ${shown(gas)} is above the goal of ${shown(goal)}`)
}
if (process.argv.includes('--check')) {
  const before = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Figures
  for (const row of new Set([...Object.keys(before), ...rows])) {
    const [was, is] = [before[row]?.ours, figures[row]?.ours]
    if (was === undefined || is === undefined)
      problems.push(`${row}: is in one of the snapshot and this run only`)
    else if (is > was) problems.push(`${row}: rose from ${shown(was)} to ${shown(is)}`)
  }
} else {
  writeFileSync(SNAPSHOT, `${JSON.stringify(figures, null, 2)}\n`)
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
