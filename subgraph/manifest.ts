import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import type { Abi } from 'viem'
import {
  holderRegistryAbi,
  merkleDistributorAbi,
  offeringAbi,
  personalTokenAbi,
  stakingVaultAbi,
} from '../contracts/abi.ts'
import { type Deployment, parseDeployment } from '../disbursement/deployment.ts'
import { type LpTreatment, parseTerms } from '../disbursement/terms.ts'

// The manifest tells the indexer which contracts to read, and the mapping the few facts it cannot see in events: through the
// data sources' contexts, so that one WASM serves every deployment.

/** Where the sources of the subgraph are. */
export const SUBGRAPH = import.meta.dirname
export const SCHEMA = join(SUBGRAPH, '../schema.graphql')

/** What a manifest says beyond the sources of the subgraph. */
export type Program = {
  deployment: Deployment
  /** How the program's terms treat liquidity. */
  lpTreatment: LpTreatment
  /** The network as the indexer knows it; the deployment's name by default. */
  network?: string
}

/** Where the files a manifest names lie, relative to it. */
export type Layout = {
  schema: string
  mapping: string
  abis: string
}

type Source = {
  name: string
  abi: string
  address: string
  handlers: Record<string, string>
}

/** The data sources, in an order of no meaning: the indexer hands the logs of a block over in their order. */
const sourcesOf = (deployment: Deployment): Source[] => {
  const vaultEvents = ['Staked(indexed address,uint256)', 'Withdrawn(indexed address,uint256)'] as const
  return [
    {
      name: 'Token',
      abi: 'PersonalToken',
      address: deployment.token,
      handlers: { 'Transfer(indexed address,indexed address,uint256)': 'handleTokenTransfer' },
    },
    {
      name: 'Pair',
      abi: 'UniswapV2Pair',
      address: deployment.pair,
      handlers: {
        'Transfer(indexed address,indexed address,uint256)': 'handleLpTransfer',
        'Sync(uint112,uint112)': 'handleSync',
        'Mint(indexed address,uint256,uint256)': 'handleMint',
        'Burn(indexed address,uint256,uint256,indexed address)': 'handleBurn',
        'Swap(indexed address,uint256,uint256,uint256,uint256,indexed address)': 'handleSwap',
      },
    },
    {
      name: 'Offering',
      abi: 'Offering',
      address: deployment.offering,
      handlers: { 'Purchased(indexed address,uint256,uint256)': 'handlePurchased' },
    },
    {
      name: 'Registry',
      abi: 'HolderRegistry',
      address: deployment.registry,
      handlers: {
        'Linked(indexed address,indexed address)': 'handleLinked',
        'RecipientNamed(indexed address,address)': 'handleRecipientNamed',
      },
    },
    {
      name: 'TokenVault',
      abi: 'StakingVault',
      address: deployment.tokenVault,
      handlers: { [vaultEvents[0]]: 'handleTokenStaked', [vaultEvents[1]]: 'handleTokenWithdrawn' },
    },
    {
      name: 'LpVault',
      abi: 'StakingVault',
      address: deployment.lpVault,
      handlers: { [vaultEvents[0]]: 'handleLpStaked', [vaultEvents[1]]: 'handleLpWithdrawn' },
    },
    {
      name: 'Distributor',
      abi: 'MerkleDistributor',
      address: deployment.distributor,
      handlers: {
        'Published(indexed bytes32,indexed address,indexed address,bytes32,bytes32,uint256,bytes32)':
          'handlePublished',
        'Opened(indexed bytes32,indexed bytes32,uint256,bytes32,uint256)': 'handleOpened',
        'Claimed(indexed bytes32,indexed address,uint256,uint256)': 'handleClaimed',
        'ClaimedTo(indexed bytes32,indexed address,uint256,address,uint256)': 'handleClaimedTo',
        'Pushed(indexed bytes32,uint256,(address,uint256)[])': 'handlePushed',
        'Cancelled(indexed bytes32,uint256)': 'handleCancelled',
        'Swept(indexed bytes32,uint256)': 'handleSwept',
      },
    },
  ]
}

/** The ABIs by name, events alone: the mapping calls no contract. */
export const eventAbis = (): Record<string, Abi> => {
  const pair = createRequire(import.meta.url)('@uniswap/v2-core/build/UniswapV2Pair.json') as { abi: Abi }
  const whole: Record<string, Abi> = {
    PersonalToken: personalTokenAbi,
    UniswapV2Pair: pair.abi,
    Offering: offeringAbi,
    HolderRegistry: holderRegistryAbi,
    StakingVault: stakingVaultAbi,
    MerkleDistributor: merkleDistributorAbi,
  }
  return Object.fromEntries(
    Object.entries(whole).map(([name, abi]) => [name, abi.filter((item) => item.type === 'event')]),
  )
}

/** The manifest's text, for sources or for what the compiler made of them: the layout says which. */
export const manifestText = (program: Program, layout: Layout): string => {
  const { deployment, lpTreatment, network = deployment.network } = program
  const lines = [
    'specVersion: 1.3.0',
    'description: Who holds what of one income-share token, and how much of it still carries the income claim',
    'indexerHints:',
    '  prune: never', // holders are read at record blocks of the past
    'schema:',
    `  file: ${layout.schema}`,
    'dataSources:',
  ]
  const facts = factsOf(deployment, lpTreatment)
  for (const source of sourcesOf(deployment)) {
    lines.push(
      '  - kind: ethereum/contract',
      `    name: ${source.name}`,
      `    network: ${network}`,
      '    source:',
      `      address: '${source.address}'`,
      `      abi: ${source.abi}`,
      `      startBlock: ${deployment.genesisBlock}`,
      '    context:',
      '      facts:',
      '        type: Bytes',
      `        data: '${facts}'`,
      '    mapping:',
      '      kind: ethereum/events',
      '      apiVersion: 0.0.9',
      '      language: wasm/assemblyscript',
      `      file: ${layout.mapping}`,
      '      entities:',
      '        - Account',
      '      abis:',
      `        - name: ${source.abi}`,
      `          file: ${layout.abis}/${source.abi}.json`,
      '      eventHandlers:',
    )
    for (const [event, handler] of Object.entries(source.handlers)) {
      lines.push(`        - event: ${event}`, `          handler: ${handler}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Writes `subgraph.yaml` and the ABIs it names into a folder. */
export const writeManifest = (dir: string, program: Program, layout: Layout): void => {
  mkdirSync(join(dir, layout.abis), { recursive: true })
  for (const [name, abi] of Object.entries(eventAbis())) {
    writeFileSync(join(dir, layout.abis, `${name}.json`), `${JSON.stringify(abi, null, 2)}\n`)
  }
  writeFileSync(join(dir, 'subgraph.yaml'), manifestText(program, layout))
}

/** What the mapping cannot see in events; the layout is told in src/facts.ts. */
const factsOf = (deployment: Deployment, lpTreatment: LpTreatment): string => {
  const tokenIsFirst = BigInt(deployment.token) < BigInt(deployment.counterAsset)
  const flags = (tokenIsFirst ? 1 : 0) + (lpTreatment === 'deposit-basis' ? 2 : 0)
  const { saleAddresses, excluded } = deployment
  if (saleAddresses.length > 255) throw new Error('a deployment has at most 255 sale addresses')
  const addresses = [deployment.lpVault, deployment.issuer, ...saleAddresses, ...excluded]
  const head = [flags, saleAddresses.length].map((byte) => byte.toString(16).padStart(2, '0'))
  return `0x${[...head, ...addresses.map((address) => address.slice(2).toLowerCase())].join('')}`
}

/** Command line: writes the manifest beside the sources, from where The Graph's own tool deploys it. */
const main = (): void => {
  const { values } = parseArgs({
    options: {
      deployment: { type: 'string' },
      program: { type: 'string' },
      network: { type: 'string' },
    },
  })
  if (!values.deployment || !values.program) {
    throw new Error(
      'usage: node subgraph/manifest.ts --deployment deployments/<network>.json --program programs/<name>.json [--network <name>]',
    )
  }
  const deployment = parseDeployment(readJson(values.deployment))
  const { lpTreatment } = parseTerms(readJson(values.program)).custody
  writeManifest(
    SUBGRAPH,
    { deployment, lpTreatment, ...(values.network === undefined ? {} : { network: values.network }) },
    { schema: relative(SUBGRAPH, SCHEMA), mapping: './src/mapping.ts', abis: './abis' },
  )
  console.log(`wrote ${join(SUBGRAPH, 'subgraph.yaml')} for ${values.network ?? deployment.network}`)
}

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

if (import.meta.main) {
  try {
    main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
