// Memory that a distribution adds while it is built and once it stands, ours and OpenZeppelin's, each in a process of its own.
//   node bench/memory.ts [--accounts 100000] [--only NAME]
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { narrowed, packTexts, ShardBuilder, slimTree, uncutTree } from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { openZeppelinTree } from './enginePeers.ts'
import { machine, RECORD, recordsOf, version, WIDTH } from './measure.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '100000' },
    only: { type: 'string' },
    contender: { type: 'string' },
  },
})
const COUNT = Number(values.accounts)
/** Whole shards, as many as are read at once. */
const PAGE = 128 * 128
const MIB = 2 ** 20

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
/** Array buffers are given back by another thread, a moment after they were found free. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const texts = (records: Uint8Array): string[][] =>
  Array.from({ length: records.length / RECORD }, (_, at) => {
    const text = Buffer.from(records.subarray(at * RECORD, (at + 1) * RECORD)).toString('hex')
    return [`${at}`, `0x${text.slice(0, 40)}`, BigInt(`0x${text.slice(40)}`).toString()]
  })
const column = (rows: readonly string[][], at: number): string[] => rows.map((row) => row[at] ?? '')

/** Each makes its input ready and returns what is measured: what that leaves standing answers for every proof. */
const contenders: Record<string, () => () => unknown> = {
  'OpenZeppelin’s tree, from strings': () => {
    const rows = texts(recordsOf(COUNT, 0, COUNT))
    return () => openZeppelinTree(rows)
  },
  'the same tree, from strings': () => {
    const rows = texts(recordsOf(COUNT, 0, COUNT))
    const [accounts, amounts] = [column(rows, 1), column(rows, 2)]
    const kernel = nodeKernel()
    return () => uncutTree(packTexts(accounts, amounts), kernel)
  },
  'the same tree, its lower nodes hashed anew for a proof, from strings': () => {
    const rows = texts(recordsOf(COUNT, 0, COUNT))
    const [accounts, amounts] = [column(rows, 1), column(rows, 2)]
    const kernel = nodeKernel()
    return () => slimTree(narrowed(packTexts(accounts, amounts)), kernel)
  },
  'records and shard roots, page by page, from strings': () => {
    const rows = texts(recordsOf(COUNT, 0, COUNT))
    const [accounts, amounts] = [column(rows, 1), column(rows, 2)]
    const kernel = nodeKernel()
    return () => {
      const builder = new ShardBuilder(16, kernel)
      const kept = new Uint8Array(COUNT * 36)
      for (let from = 0; from < COUNT; from += PAGE) {
        const { records } = packTexts(accounts.slice(from, from + PAGE), amounts.slice(from, from + PAGE))
        builder.add(records)
        kept.set(records, from * 36)
      }
      return { kept, built: builder.finish() }
    }
  },
  'shard roots, page by page, from packed records': () => {
    const records = recordsOf(COUNT, 0, COUNT)
    const kernel = nodeKernel()
    return () => {
      const builder = new ShardBuilder(WIDTH, kernel)
      for (let from = 0; from < records.length; from += PAGE * RECORD)
        builder.add(records.subarray(from, from + PAGE * RECORD))
      return { records, built: builder.finish() }
    }
  },
}

/** The most memory that was resident since it was last reset, in MiB. */
const peak = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024

const measure = async (ready: () => () => unknown): Promise<{ retained: number; peak: number }> => {
  const act = ready()
  await settle()
  const before = process.memoryUsage()
  writeFileSync('/proc/self/clear_refs', '5')
  const base = peak()
  const kept = act()
  const most = peak()
  await settle()
  const after = process.memoryUsage()
  const retained = after.heapUsed + after.external - before.heapUsed - before.external
  if (kept === undefined) throw new Error('nothing was made')
  return { retained: retained / MIB, peak: most - base }
}

if (values.contender !== undefined) {
  const ready = contenders[values.contender]
  if (ready === undefined) throw new Error(`There is no contender ${values.contender}`)
  console.log(JSON.stringify(await measure(ready)))
} else {
  console.log(machine())
  console.log(version('@openzeppelin/merkle-tree'))
  console.log(
    `| ${COUNT.toLocaleString('en')} accounts | retained MiB | of OpenZeppelin’s | peak of resident memory MiB |`,
  )
  console.log('| --- | ---: | ---: | ---: |')
  let first: number | null = null
  for (const name of Object.keys(contenders)) {
    if (values.only !== undefined && !name.includes(values.only)) continue
    const own = [fileURLToPath(import.meta.url), '--accounts', `${COUNT}`, '--contender', name]
    const told = execFileSync(process.execPath, ['--no-warnings', '--max-old-space-size=12000', ...own], {
      encoding: 'utf8',
    })
    const { retained, peak: most } = JSON.parse(told) as { retained: number; peak: number }
    if (name.startsWith('OpenZeppelin')) first = retained
    const ratio = first === null ? '' : `1/${(first / retained).toFixed(1)}`
    console.log(`| ${name} | ${retained.toFixed(1)} | ${ratio} | ${most.toFixed(1)} |`)
  }
}
