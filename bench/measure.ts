// What every bench measures with: medians, the CPU time of a process, the machine and the versions, the same made-up records.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg } from 'node:os'

/** The middle one, or 0 of none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

/** Milliseconds of CPU that all threads of a process have taken so far, to the nanosecond where the kernel tells. */
export const cpuOfProcess = (pid: number): number => {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [taken = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
      nanoseconds += Number(taken)
    } catch {
      // A thread that ended meanwhile.
    }
  }
  return nanoseconds / 1e6
}

/** The machine and its load. */
export const machine = (): string =>
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; Node ${process.versions.node}`

/** A package with its version. */
export const version = (name: string): string => {
  const { version: found } = createRequire(import.meta.url)(`../node_modules/${name}/package.json`) as {
    version: string
  }
  return `${name} ${found}`
}

/** The same numbers in every run (xorshift32). */
export const random = (seed: number) => (): number => {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return seed >>> 0
}

/** Bytes of the amounts of {@link recordsOf}. */
export const WIDTH = 11
export const RECORD = 20 + WIDTH

/**
 * Records of accounts spread over the address space in order, amounts of 79 to 80 bits in 11 bytes.
 * @param from the first one's place among `all`
 */
export const recordsOf = (count: number, from: number, all: number): Uint8Array => {
  const next = random(from + 1)
  const bytes = new Uint8Array(count * RECORD)
  const view = new DataView(bytes.buffer)
  const step = Math.floor(2 ** 48 / all)
  for (let at = 0; at < count; at++) {
    const first = (from + at) * step + (next() % Math.min(step, 2 ** 31))
    view.setUint32(at * RECORD, Math.floor(first / 2 ** 16))
    view.setUint16(at * RECORD + 4, first % 2 ** 16)
    for (let word = 6; word < 18; word += 4) view.setUint32(at * RECORD + word, next())
    // The highest byte is never 0, so that no file of these needs fewer bytes an amount.
    bytes[at * RECORD + 20] = 1 + (next() % 127)
    view.setUint32(at * RECORD + 21, next())
    view.setUint32(at * RECORD + 25, next())
  }
  return bytes
}
