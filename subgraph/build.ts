import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { eventAbis, type Program, SCHEMA, SUBGRAPH, writeManifest } from './manifest.ts'

const BIN = join(SUBGRAPH, '../node_modules/.bin')
/** The mapping. What compiling it made is kept beside, by the checksum of what it was made from; git ignores it. */
const SOURCES = join(SUBGRAPH, 'src')

/** The `gnd` of the package where the platform has one, else the one on PATH. */
export const gndPath = (): string => {
  const packaged = join(BIN, 'gnd')
  return existsSync(packaged) ? packaged : 'gnd'
}

/**
 * The environment gnd runs in. With RUST_BACKTRACE=1, which some shells export, indexing takes more than twice the time: a
 * backtrace is taken inside host calls. Without npm's offline mode, `codegen` fetches a prettier for each file it makes.
 */
export const gndEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  RUST_BACKTRACE: '0',
  npm_config_offline: 'true',
  PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}`,
})

/**
 * Makes a folder that can be deployed: `subgraph.yaml`, `schema.graphql`, `mapping.wasm` and `abis/`. Compiling takes
 * seconds and is done only when a source, the schema or an ABI has changed; other addresses change the manifest alone.
 *
 * @param dir the folder to write; what is in it is removed
 * @param sources another mapping than the project's, in tests of its tests; its folder `build/` is made beside it
 * @throws Error with the compiler's output, where the mapping does not compile
 */
export const buildSubgraph = async (program: Program, dir: string, sources = SOURCES): Promise<void> => {
  const compiled = await compile(program, sources)
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  cpSync(join(compiled, 'mapping.wasm'), join(dir, 'mapping.wasm'))
  cpSync(SCHEMA, join(dir, 'schema.graphql'))
  writeManifest(dir, program, { schema: 'schema.graphql', mapping: 'mapping.wasm', abis: 'abis' })
}

/** The folder that holds `mapping.wasm` for the sources as they are now. */
const compile = async (program: Program, sources: string): Promise<string> => {
  const all = join(sources, '../build')
  const done = join(all, checksum(sources))
  if (existsSync(join(done, 'mapping.wasm'))) return done

  // In a folder of its own, so that two builds at once do not meet; moved into place whole.
  const work = join(all, `work-${process.pid}`)
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  try {
    cpSync(sources, join(work, 'src'), { recursive: true })
    cpSync(SCHEMA, join(work, 'schema.graphql'))
    writeManifest(work, program, {
      schema: './schema.graphql',
      mapping: './src/mapping.ts',
      abis: './abis',
    })
    await gnd(work, ['codegen', '--skip-migrations'])
    await gnd(work, ['build', '--skip-migrations'])
    cpSync(join(work, 'build/Token/Token.wasm'), join(work, 'mapping.wasm'))
    for (const old of readdirSync(all)) {
      if (!old.startsWith('work-')) rmSync(join(all, old), { recursive: true, force: true })
    }
    renameSync(work, done)
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    throw error
  }
  return done
}

/** Of everything the WASM depends on; addresses are no part of it. */
const checksum = (sources: string): string => {
  const hash = createHash('sha256')
  const lock = join(SUBGRAPH, '../package-lock.json')
  for (const path of [...globSync(join(sources, '**/*.ts')).sort(), SCHEMA, import.meta.filename, lock]) {
    hash.update(basename(path)).update(readFileSync(path))
  }
  hash.update(readFileSync(join(SUBGRAPH, 'manifest.ts'))).update(JSON.stringify(eventAbis()))
  return hash.digest('hex').slice(0, 16)
}

const gnd = async (cwd: string, args: string[]): Promise<void> => {
  try {
    await promisify(execFile)(gndPath(), args, { cwd, env: gndEnvironment(), maxBuffer: 1 << 26 })
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as { stdout?: string; stderr?: string; message: string }
    throw new Error(`gnd ${args[0]} failed: ${[stdout, stderr].join('\n').trim() || message}`)
  }
}
