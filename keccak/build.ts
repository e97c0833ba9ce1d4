// Writes keccak/kernel.wasm from assembly/: `node keccak/build.ts`.
// With --check it writes nothing and fails if the file is not what it would write.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const target = new URL('kernel.wasm', import.meta.url)
const source = fileURLToPath(new URL('assembly/index.ts', import.meta.url))
const compiler = join(createRequire(import.meta.url).resolve('assemblyscript/cli/asc'), '../../bin/asc')

/** 256 KiB, which stay in a core's second cache, and 8 MiB for single messages of millions of bytes. */
const PAGES = { initial: '4', most: '128' }

/** The module as the sources have it now. */
export const compileKernel = (): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'prorata-keccak-'))
  const output = join(folder, 'kernel.wasm')
  try {
    execFileSync(
      process.execPath,
      [
        compiler,
        source,
        '--outFile',
        output,
        '-O3',
        '--noAssert',
        '--runtime',
        'stub',
        '--enable',
        'simd',
        '--initialMemory',
        PAGES.initial,
        '--maximumMemory',
        PAGES.most,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    )
    return readFileSync(output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const bytes = compileKernel()
  if (process.argv.includes('--check')) {
    if (!readFileSync(target).equals(bytes)) {
      console.error('keccak/kernel.wasm is stale: run `node keccak/build.ts`')
      process.exitCode = 1
    }
  } else {
    writeFileSync(target, bytes)
  }
}
