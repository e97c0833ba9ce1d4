import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import hardhatToolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { configVariable, defineConfig } from 'hardhat/config'

// solc comes from npm as WebAssembly, so that compiling needs no download.
const path = createRequire(import.meta.url).resolve('solc/soljson.js')
const compiler = { version: '0.8.37', path }

// What is deployed is optimized for its calls. Tests take it from the artifacts, and are compiled for quick compiling.
const deployed = {
  ...compiler,
  settings: { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, evmVersion: 'cancun' },
}
const test = { ...compiler, settings: { optimizer: { enabled: false }, evmVersion: 'cancun' } }
const tests = globSync('contracts/test/**/*.sol', { cwd: import.meta.dirname })

// The tests of LP purchases play on Uniswap V2 itself, from its published bytecode.
const uniswap = 'node_modules/@uniswap/v2-core/build/UniswapV2Factory.json'

export default defineConfig({
  plugins: [hardhatToolboxViem],
  paths: { sources: './contracts/src', tests: './contracts/test', ignition: './contracts/ignition' },
  solidity: {
    compilers: [deployed],
    overrides: Object.fromEntries(tests.map((file) => [file, test])),
    splitTestsCompilation: true,
  },
  test: {
    solidity: {
      fsPermissions: { readFile: [uniswap] },
      fuzz: { runs: 10_000 },
      invariant: { runs: 100, depth: 100, failOnRevert: true },
    },
  },
  networks: {
    // Any chain by its RPC address; both variables are read only when this network is used.
    rpc: {
      type: 'http',
      url: configVariable('PRORATA_RPC_URL'),
      accounts: [configVariable('PRORATA_KEY')],
    },
  },
})
