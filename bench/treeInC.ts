// The tree in C: compiled for this machine when it is measured, where there is a compiler and AVX2.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('tree.c', import.meta.url))

export type TreeInC = {
  /** Milliseconds of CPU from records in memory to the whole tree, as the program itself counts them. */
  run(): { root: string; ms: number }
  end(): void
}

/** @returns why it cannot be measured here, where it cannot */
export const startTreeInC = (records: Uint8Array, width: number): TreeInC | string => {
  if (!/\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) {
    return 'C with AVX2 is left out: this CPU has no AVX2.'
  }
  const folder = mkdtempSync(join(tmpdir(), 'prorata-tree-'))
  const end = (): void => rmSync(folder, { recursive: true, force: true })
  const program = join(folder, 'tree')
  try {
    execFileSync('gcc', ['-O3', '-mavx2', SOURCE, '-o', program], { stdio: ['ignore', 'ignore', 'inherit'] })
  } catch {
    end()
    return 'C with AVX2 is left out: there is no gcc that compiles bench/tree.c.'
  }
  const file = join(folder, 'records')
  writeFileSync(file, records)
  return {
    end,
    run() {
      const [root = '', ms = ''] = execFileSync(program, [file, `${width}`], { encoding: 'utf8' })
        .trim()
        .split(' ')
      return { root, ms: Number(ms) }
    },
  }
}
