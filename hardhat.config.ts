import { createRequire } from 'node:module'
import hardhatToolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { configVariable, defineConfig } from 'hardhat/config'

// solc comes from npm as WebAssembly, so that compiling needs no download.
const solc = createRequire(import.meta.url).resolve('solc/soljson.js')

export default defineConfig({
  plugins: [hardhatToolboxViem],
  paths: { sources: './contracts/src', tests: './contracts/test', ignition: './contracts/ignition' },
  solidity: {
    version: '0.8.37',
    path: solc,
    settings: { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, evmVersion: 'cancun' },
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
