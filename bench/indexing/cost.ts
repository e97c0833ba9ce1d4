// What programs cost, all they started included: CPU time and memory, from /proc.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second of the times in /proc. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const SAMPLE = 500 // ms

type Process = { pid: number; parent: number; seconds: number }

/** Every process; one that ends while it is looked at is left out. Its time is its parent's from then on. */
const processes = (): Process[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The second field is a name in parentheses, which may hold anything.
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number)
      const [parent = 0] = fields.slice(1)
      // utime, stime, and those of children that have ended.
      const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0)
      return [{ pid: Number(name), parent, seconds: ticks / TICKS }]
    } catch {
      return []
    }
  })

/** These processes and all that descend from them. */
const treeOf = (roots: readonly number[]): Process[] => {
  const all = processes()
  const children = Map.groupBy(all, ({ parent }) => parent)
  const found: Process[] = []
  const look = (each: Process): void => {
    found.push(each)
    for (const child of children.get(each.pid) ?? []) look(child)
  }
  for (const each of all) if (roots.includes(each.pid)) look(each)
  return found
}

/** Seconds of CPU that these processes and all they started have used so far. */
export const cpuOf = (roots: readonly number[]): number =>
  treeOf(roots).reduce((sum, { seconds }) => sum + seconds, 0)

/** Bytes of memory that these processes and all they started use; what processes share is counted once. */
export const memoryOf = (roots: readonly number[]): number =>
  treeOf(roots).reduce((sum, { pid }) => {
    try {
      const [, kilobytes = '0'] =
        /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
      return sum + Number(kilobytes) * 1024
    } catch {
      return sum
    }
  }, 0)

/** Watches the memory of processes; `stop` tells the most there was, in bytes. */
export const watchMemory = (roots: () => readonly number[]): { stop(): number } => {
  let most = 0
  const look = (): void => {
    most = Math.max(most, memoryOf(roots()))
  }
  const timer = setInterval(look, SAMPLE)
  return {
    stop() {
      clearInterval(timer)
      look()
      return most
    },
  }
}
