import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

const require = createRequire(import.meta.url)
const ROOT = new URL('../..', import.meta.url).pathname

const solc = require('solc') as {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string
}

/** Bytecode by contract. */
export type Bytecodes = Record<string, string>

/**
 * Compiles contracts, each the one its file is named for, with one source file in place of the one on disk.
 * @param files Their paths within `contracts/`
 * @param changed The path of the file that is not as on disk, within `contracts/src/`
 * @returns Their bytecode, or the compiler's first error
 */
export const compile = (
  files: string[],
  changed: string,
  source: string,
): { bytecodes: Bytecodes } | { error: string } => {
  const read = (path: string): string =>
    path === `contracts/src/${changed}`
      ? source
      : readFileSync(path.startsWith('contracts/') ? join(ROOT, path) : require.resolve(path), 'utf8')
  const contracts = files.map((file) => ({ path: `contracts/${file}`, name: basename(file, '.sol') }))
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(contracts.map(({ path }) => [path, { content: read(path) }])),
    settings: {
      // Not for a chain: what compiles quickly and behaves alike.
      optimizer: { enabled: false },
      // No hash of the source in it: what changes nothing gives the same bytecode.
      metadata: { appendCBOR: false },
      evmVersion: 'cancun',
      outputSelection: Object.fromEntries(
        contracts.map(({ path, name }) => [path, { [name]: ['evm.bytecode.object'] }]),
      ),
    },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) }),
  ) as {
    errors?: { severity: string; message: string }[]
    contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
  }
  const error = output.errors?.find(({ severity }) => severity === 'error')
  if (error !== undefined) return { error: error.message }
  const bytecodes: Bytecodes = {}
  for (const { path, name } of contracts) {
    const made = output.contracts?.[path]?.[name]
    if (made === undefined) throw new Error(`the compiler made no ${name}`)
    bytecodes[name] = `0x${made.evm.bytecode.object}`
  }
  return { bytecodes }
}
