import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const ROOT = new URL('../..', import.meta.url).pathname

const solc = require('solc') as {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string
}

/** The bytecode of a contract, with one source file in place of the one on disk; the compiler's error if it has none. */
export const compile = (
  contract: string,
  file: string,
  source: string,
): { bytecode: string } | { error: string } => {
  const main = `contracts/src/${contract}.sol`
  const read = (path: string): string =>
    path === `contracts/src/${file}`
      ? source
      : readFileSync(path.startsWith('contracts/') ? join(ROOT, path) : require.resolve(path), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { [main]: { content: read(main) } },
    settings: {
      // Not for a chain: what compiles quickly and behaves alike.
      optimizer: { enabled: false },
      // No hash of the source in it: what changes nothing gives the same bytecode.
      metadata: { appendCBOR: false },
      evmVersion: 'cancun',
      outputSelection: { [main]: { [contract]: ['evm.bytecode.object'] } },
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
  const made = output.contracts?.[main]?.[contract]
  if (made === undefined) throw new Error(`the compiler made no ${contract}`)
  return { bytecode: `0x${made.evm.bytecode.object}` }
}
