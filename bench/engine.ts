// How fast hashing, trees, proofs and allocation are beside others, by CPU time, in one run, contenders by turns.
//   node bench/engine.ts [--quick] [hashing remainders uni proofs trees packed packing growth]
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { bytesToHex } from 'viem'
import {
  cutShares,
  packedLeaves,
  packNumbers,
  packTexts,
  proofsOf,
  readIndexes,
  recordsBlocks,
  recordsHead,
  rootOf,
  rootPromoting,
  ShardBuilder,
  type Tree,
  uncutTree,
  uniswapRoot,
  unpackNumbers,
} from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import {
  bigintShares,
  cryptographyPairs,
  merkleTreeJs,
  noblePairs,
  nobleTree,
  openZeppelinProofs,
  openZeppelinTree,
  uniswapScript,
} from './enginePeers.ts'
import { machine, median, RECORD, random, recordsOf, version, WIDTH } from './measure.ts'
import { startTreeInC } from './treeInC.ts'

const QUICK = process.argv.includes('--quick')
const MANY = QUICK ? 20_000 : 1_000_000
const SOME = QUICK ? 5_000 : 100_000
const MOST = QUICK ? 200_000 : 10_000_000
const PAIRS = QUICK ? 20_000 : 100_000
/** Records a page when built page by page: whole shards, 500 kB. */
const PAGE = 128 * 128

const kernel = nodeKernel()
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Milliseconds of CPU that a call takes, all threads of this process together. */
const cpuOf = <Result>(act: () => Result): { ms: number; result: Result } => {
  const before = process.cpuUsage()
  const result = act()
  const { user, system } = process.cpuUsage(before)
  return { ms: (user + system) / 1000, result }
}

/**
 * Runs contenders by turns and returns each one's median.
 * @param contenders each makes ready what it needs, uncounted, and returns what is counted: so that nobody's collector
 *   goes through what another one keeps
 */
const race = (rounds: number, contenders: Record<string, () => () => unknown>): Record<string, number> => {
  const times: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, ready] of Object.entries(contenders)) {
      const act = ready()
      // Twice: the second waits for what the first leaves to other threads, whose time would count.
      collect()
      collect()
      const { ms } = cpuOf(act)
      times[name] = [...(times[name] ?? []), ms]
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))
}

const textsOf = (records: Uint8Array): { accounts: string[]; amounts: string[]; values: string[][] } => {
  const accounts: string[] = []
  const amounts: string[] = []
  const text = Buffer.from(records.buffer).toString('hex')
  for (let at = 0; at < text.length; at += 2 * RECORD) {
    accounts.push(`0x${text.slice(at, at + 40)}`)
    amounts.push(BigInt(`0x${text.slice(at + 40, at + 2 * RECORD)}`).toString())
  }
  return { accounts, amounts, values: accounts.map((account, at) => [`${at}`, account, amounts[at] ?? '0']) }
}

const rows: string[] = []
const round = (value: number): string => value.toPrecision(value < 100 ? 3 : 4).replace(/\.0+$/, '')
const row = (what: string, ours: string, peer: string, ratio: string, target: string): void => {
  rows.push(`| ${what} | ${ours} | ${peer} | ${ratio} | ${target} |`)
  say(rows.at(-1) ?? '')
}
const million = (count: number): string => count.toLocaleString('en')

const hashing = (): void => {
  const inputs = new Uint8Array(PAIRS * 64).map((_, at) => (at * 167 + (at >> 8)) % 256)
  const output = new Uint8Array(PAIRS * 32)
  // Sorted pairs are hashed as they lie, so that all hash the same.
  for (let at = 0; at < inputs.length; at += 64) inputs[at] = 0
  for (let at = 32; at < inputs.length; at += 64) inputs[at] = 1
  const tenth = inputs.subarray(0, inputs.length / 10)
  for (const act of [cryptographyPairs, noblePairs]) act(tenth)
  for (let turn = 0; turn < 5; turn++) kernel.hashPairs(inputs, output)
  assert.deepEqual(output.subarray(-32), cryptographyPairs(inputs.subarray(-64)))
  const {
    ours = 0,
    theirs = 0,
    noble = 0,
  } = race(15, {
    ours: () => () => kernel.hashPairs(inputs, output),
    theirs: () => () => cryptographyPairs(tenth),
    noble: () => () => noblePairs(tenth),
  })
  const rate = (ms: number, count: number): string => `${round(count / ms)} k/s`
  row(
    'hashing 64-byte pairs',
    rate(ours, PAIRS),
    `${rate(theirs, PAIRS / 10)} ethereum-cryptography`,
    `${round((theirs * 10) / ours)}×`,
    '≥ 41×',
  )
  row(
    'the same',
    rate(ours, PAIRS),
    `${rate(noble, PAIRS / 10)} @noble/hashes`,
    `${round((noble * 10) / ours)}×`,
    '',
  )
}

const fromTexts = (accounts: string[], amounts: string[]): Tree =>
  uncutTree(packTexts(accounts, amounts), kernel)

const trees = (): void => {
  const records = recordsOf(MANY, 0, MANY)
  const packed = { records, width: WIDTH }
  const { accounts, amounts, values } = textsOf(records)
  const { ms: theirs, result } = cpuOf(() => openZeppelinTree(values))
  const { root } = result
  assert.equal(rootOf(fromTexts(accounts, amounts)), root)
  const {
    strings = 0,
    flat = 0,
    noble = 0,
  } = race(7, {
    strings: () => () => fromTexts(accounts, amounts),
    flat: () => () => assert.equal(rootOf(uncutTree(packed, kernel)), root),
    noble: () => () => assert.equal(nobleTree(records, WIDTH), root),
  })
  const many = million(MANY)
  row(
    `whole tree of ${many}, from strings`,
    `${round(strings)} ms`,
    `${round(theirs)} ms @openzeppelin/merkle-tree (once)`,
    `${round(theirs / strings)}×`,
    '≥ 80×',
  )
  row(
    `whole tree of ${many}, packed`,
    `${round(flat)} ms`,
    `${round(noble)} ms flat tree in @noble/hashes`,
    `${round(noble / flat)}×`,
    '',
  )
}

/** Packed records alone: beside merkletreejs, and beside what C makes of this core. */
const packed = (): void => {
  const records = recordsOf(MANY, 0, MANY)
  const input = { records, width: WIDTH }
  const ours = () => uncutTree(input, kernel)
  const inC = startTreeInC(records, WIDTH)
  const root = rootOf(ours())
  const times = { ours: [] as number[], c: [] as number[] }
  for (let turn = 0; turn < 9; turn++) {
    times.ours.push(cpuOf(ours).ms)
    collect()
    collect()
    if (typeof inC === 'string') continue
    const made = inC.run()
    assert.equal(made.root, root)
    times.c.push(made.ms)
  }
  const own = median(times.ours)
  const what = `whole tree of ${million(MANY)}, packed`
  if (typeof inC === 'string') say(inC)
  else {
    inC.end()
    const theirs = median(times.c)
    const ratio = `${round(own / theirs)}× its time`
    row(what, `${round(own)} ms`, `${round(theirs)} ms C with AVX2`, ratio, '≤ 2.2× its time')
  }
  const { ms, result } = cpuOf(() => merkleTreeJs(records, WIDTH))
  const leaves = new Uint8Array(MANY * 32)
  kernel.hashLeaves(records, WIDTH, leaves, 2 ** 32)
  assert.equal(result, bytesToHex(rootPromoting(leaves, kernel)))
  const peer = `${round(ms)} ms merkletreejs fed @noble/hashes (once)`
  row(what, `${round(own)} ms`, peer, `${round(ms / own)}×`, '≥ 20×')
}

const proofs = (): void => {
  const { accounts, amounts, values } = textsOf(recordsOf(SOME, 0, SOME))
  const both = () => proofsOf(fromTexts(accounts, amounts))
  const { ms: theirs, result } = cpuOf(() => openZeppelinProofs(values))
  const ours = both()
  for (let at = 0; at < SOME; at += 997) assert.deepEqual(ours[at], result.proofs[at])
  const { own = 0 } = race(11, { own: () => both })
  row(
    `root and all proofs, ${million(SOME)}`,
    `${round(own)} ms`,
    `${round(theirs)} ms @openzeppelin/merkle-tree (once)`,
    `${round(theirs / own)}×`,
    '≥ 170×',
  )
}

/** CPU a leaf when built page by page, making of the pages not counted, and what the file takes. */
const paged = (count: number): { perLeaf: number; bytes: number; head: number; memory: number } => {
  const builder = new ShardBuilder(WIDTH, kernel)
  let ms = 0
  let last: Uint8Array = new Uint8Array(0)
  for (let from = 0; from < count; from += PAGE) {
    const page = recordsOf(Math.min(PAGE, count - from), from, count)
    ms += cpuOf(() => builder.add(page)).ms
    last = page
  }
  const { ms: end, result: built } = cpuOf(() => builder.finish())
  const head = recordsHead(built, kernel).length
  const block = recordsBlocks(built, built.shards - 1, last.subarray(-RECORD))
  const slots = block.length - RECORD
  return {
    perLeaf: ((ms + end) * 1e6) / count,
    bytes: head + built.shards * slots + count * RECORD,
    head,
    memory: built.parent === null ? 0 : built.parent.nodes.length + builder.save().length,
  }
}

const growth = (): void => {
  paged(PAGE * 4)
  const sizes = [30, 1_000, SOME, MANY, MOST]
  const runs = sizes.map((size) => {
    const rounds = size < SOME ? 41 : size < MOST ? 5 : 1
    const all = Array.from({ length: rounds }, () => paged(size))
    return { ...(all[0] ?? paged(size)), size, perLeaf: median(all.map(({ perLeaf }) => perLeaf)) }
  })
  const [, , some, , most] = runs
  assert.ok(some && most)
  row(
    `cost a leaf at ${million(MOST)} over ${million(SOME)}`,
    `${round(most.perLeaf)} ns`,
    `${round(some.perLeaf)} ns`,
    round(most.perLeaf / some.perLeaf),
    '≤ 1.1',
  )
  row(
    `memory page by page at ${million(MOST)}`,
    `256 KiB of WASM, ${round(most.memory / 2 ** 20)} MiB of arrays`,
    '',
    '',
    '≤ 8 MB of WASM',
  )
  row(
    `stored bytes a holder at ${million(MOST)}`,
    round(most.bytes / MOST),
    '1,400 (UNI’s chunks)',
    '',
    '≤ 40',
  )
  const block = 128 * RECORD + 32 * Math.ceil(Math.log2(Math.ceil(MOST / 128)))
  row(
    `bytes read for a proof at ${million(MOST)}`,
    `${million(block)}; ${million(most.head)} kept in memory`,
    '141,000 (UNI’s chunks)',
    '',
    '≤ 8 kB; ≤ 400 kB',
  )
  say('')
  say('| accounts | CPU to the root | a leaf | stored a holder |')
  say('| ---: | ---: | ---: | ---: |')
  for (const { size, perLeaf, bytes } of runs) {
    say(
      `| ${million(size)} | ${round((perLeaf * size) / 1e6)} ms | ${round(perLeaf)} ns | ${round(bytes / size)} |`,
    )
  }
}

const uni = (): void => {
  const text = gunzipSync(readFileSync(new URL('data/uniswap-uni-2020.csv.gz', import.meta.url))).toString()
  const cells = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  const columns = [0, 1, 2].map((at) => cells.map((cell) => cell[at] ?? ''))
  const [indexes = [], accounts = [], amounts = []] = columns
  const ours = () => bytesToHex(uniswapRoot(packTexts(accounts, amounts), readIndexes(indexes), kernel))
  const published = '0xc8500f8e2fcf3c9a32880e1b973fb28acc88be35787a8abcf9981b2b65dbdeb5'
  const { own = 0 } = race(11, { own: () => () => assert.equal(ours(), published) })
  const { ms: theirs } = cpuOf(() => assert.equal(uniswapScript(cells), published))
  row(
    "UNI's root, from strings",
    `${round(own)} ms`,
    `${round(theirs)} ms the script's steps with ethers 6 (once)`,
    `${round(theirs / own)}×`,
    '≥ 80×',
  )
}

const remainders = (): void => {
  const next = random(99)
  const flat = packNumbers(Array.from({ length: MANY }, () => (BigInt(next()) << 48n) | BigInt(next())))
  const denominator = unpackNumbers({ bytes: flat, width: 16 }).reduce((sum, weight) => sum + weight, 0n)
  const pool = 1_800_000_000_007n
  const input = { pool, denominator, last: true }
  assert.deepEqual(
    unpackNumbers(cutShares(input, flat, kernel)),
    bigintShares(pool, denominator, unpackNumbers({ bytes: flat, width: 16 })),
  )
  for (let turn = 0; turn < 5; turn++) cutShares(input, flat, kernel)
  const {
    ours = 0,
    texts = 0,
    theirs = 0,
  } = race(11, {
    ours: () => () => cutShares(input, flat, kernel),
    texts: () => {
      const weights = unpackNumbers({ bytes: flat, width: 16 })
      return () => unpackNumbers(cutShares(input, packNumbers(weights), kernel))
    },
    theirs: () => {
      const weights = unpackNumbers({ bytes: flat, width: 16 })
      return () => bigintShares(pool, denominator, weights)
    },
  })
  row(
    `largest remainder of ${million(MANY)}, packed`,
    `${round(ours)} ms`,
    `${round(theirs)} ms BigInt and a sort`,
    `${round(theirs / ours)}×`,
    '≥ 50×',
  )
  row(
    'the same, from and to BigInt',
    `${round(texts)} ms`,
    `${round(theirs)} ms BigInt and a sort`,
    `${round(theirs / texts)}×`,
    '',
  )
}

const packing = (): void => {
  const { accounts, amounts } = textsOf(recordsOf(MANY, 0, MANY))
  for (let at = accounts.length - 1, next = random(5); at > 0; at--) {
    const other = next() % (at + 1)
    const kept = accounts[at] ?? ''
    accounts[at] = accounts[other] ?? ''
    accounts[other] = kept
  }
  const { ours = 0 } = race(7, {
    ours: () => () => packedLeaves(packTexts(accounts, amounts)),
  })
  row(`sorting and packing ${million(MANY)} from strings`, `${round(ours)} ms`, '', '', '')
}

say(machine())
say(
  ['@openzeppelin/merkle-tree', 'ethereum-cryptography', '@noble/hashes', 'merkletreejs', 'ethers']
    .map(version)
    .join(', '),
)
say('| what | ours | peer | ratio | target |')
say('| --- | --- | --- | --- | --- |')
const parts = { hashing, remainders, uni, proofs, trees, packed, packing, growth }
const asked = process.argv.slice(2).filter((name) => name !== '--quick')
const unknown = asked.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0)
  throw new Error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)
for (const [name, part] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) part()
