import { join } from 'node:path'
import { runLogged } from './run.ts'
import { unlessDone } from './stamp.ts'
import { STATE } from './state.ts'

const LOCK = 'package-lock.json'
const logs = join(STATE, 'logs')

/** Compiles the contracts, so that they can be deployed. */
export async function buildContracts(): Promise<boolean> {
  return unlessDone(
    'contracts',
    ['contracts/src/**/*.sol', 'hardhat.config.ts', LOCK],
    ['artifacts/contracts/src/MerkleDistributor.sol/MerkleDistributor.json'],
    () =>
      runLogged('compiling the contracts', 'hardhat', ['build', '--no-tests'], join(logs, 'contracts.log')),
  )
}

/** Builds the page that the API Worker serves. */
export async function buildPage(): Promise<boolean> {
  return unlessDone(
    'page',
    [
      ...['page/*', 'page/src/**/*', 'page/public/**/*', 'contracts/abi.ts'],
      ...['disbursement/**/*.ts', 'polls/*.ts', 'verify/*.ts', LOCK],
    ],
    ['page/dist/index.html'],
    () => runLogged('building the page', 'vite', ['build', 'page'], join(logs, 'page.log')),
  )
}

export async function build(): Promise<void> {
  await Promise.all([buildContracts(), buildPage()])
}
