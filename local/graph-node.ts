import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gndEnvironment, gndPath } from '../subgraph/build.ts'
import type { Ipfs } from '../subgraph/deploy.ts'
import { type Child, StackError, startChild, waitFor } from './child.ts'
import { freePort, requireFree } from './ports.ts'

export type GraphNodePorts = { http: number; admin: number; index: number; metrics: number }

export interface GraphNode {
  readonly child: Child
  readonly ports: GraphNodePorts
  /** The admin JSON-RPC, for `deploySubgraph`. */
  adminUrl: string
  /** Where a subgraph of that name answers GraphQL. */
  graphqlUrl(name: string): string
}

export type GraphNodeOptions = {
  postgresUrl: string
  /** The chain's RPC, and the name the manifests know it by. */
  rpcUrl: string
  network: string
  /** Its folder is the node's working directory, from which it reads what is deployed. */
  ipfs: Ipfs
  /** Ports left out are any free ones. */
  ports?: Partial<GraphNodePorts>
  logFile: string
  /** More or other environment, such as GRAPH_STORE_WRITE_BATCH_SIZE for a dense chain. */
  env?: Record<string, string>
  /** Told as soon as the program runs, so that it is watched and ended with the rest. */
  onStarted?: (child: Child) => void
}

/**
 * Starts graph-node and waits until it answers. What was deployed to it before goes on from the block it had reached.
 *
 * The package has graph-node only as `gnd dev`, which insists on a manifest of its own and indexes that from zero at every
 * start. So it gets one that indexes nothing; the real subgraph is deployed through the admin port, as to any graph-node,
 * and stays.
 */
export const startGraphNode = async (options: GraphNodeOptions): Promise<GraphNode> => {
  const { network, ipfs, logFile } = options
  const ports = {
    http: options.ports?.http ?? (await freePort()),
    admin: options.ports?.admin ?? (await freePort()),
    index: options.ports?.index ?? (await freePort()),
    metrics: options.ports?.metrics ?? (await freePort()),
  }
  // gnd goes on without a port that somebody else has: better to know before.
  for (const [purpose, port] of Object.entries(ports)) await requireFree(port, `graph-node (${purpose})`)
  writeStandby(join(ipfs.dir, 'standby'), network)

  const child = startChild({
    name: 'graph-node',
    command: gndPath(),
    args: [
      'dev',
      ...['--manifests', 'standby/subgraph.yaml:.'],
      ...['--ethereum-rpc', `${network}:${options.rpcUrl}`],
      ...['--ipfs', ipfs.url],
      ...['--http-port', String(ports.http)],
      ...['--admin-port', String(ports.admin)],
      ...['--index-node-port', String(ports.index)],
      ...['--metrics-port', String(ports.metrics)],
    ],
    cwd: ipfs.dir,
    env: {
      ...gndEnvironment(),
      POSTGRES_URL: options.postgresUrl, // here, not as an argument: it has a password
      GRAPH_LOG: 'info',
      ETHEREUM_POLLING_INTERVAL: '100', // ms
      GRAPH_CHAIN_HEAD_WATCHER_TIMEOUT: '1', // s; else it stalls for 30 when mining stops
      GRAPH_STORE_WRITE_BATCH_SIZE: '1000', // kB; right for a sparse chain
      // None is cached: the cache knows a query at a block number by the number alone, and would answer from before a
      // reorganization.
      GRAPH_CACHED_SUBGRAPH_IDS: 'none',
      ...options.env,
    },
    logFile,
    // gnd takes note of a request to end and goes on; what it has committed is in PostgreSQL.
    grace: 100,
  })
  options.onStarted?.(child)
  const adminUrl = `http://127.0.0.1:${ports.admin}`
  await waitFor(
    'graph-node',
    async () => {
      const panic = /panicked at[^\n]*\n[^\n]*/.exec(readFileSync(logFile, 'utf8'))
      if (panic) throw new StackError(`graph-node cannot start: ${panic[0]}`)
      await fetch(adminUrl, { signal: AbortSignal.timeout(2000) })
      await fetch(`http://127.0.0.1:${ports.http}`, { signal: AbortSignal.timeout(2000) })
      return true
    },
    { child, timeout: 120_000 },
  )
  return {
    child,
    ports,
    adminUrl,
    graphqlUrl: (name) => `http://127.0.0.1:${ports.http}/subgraphs/name/${name}`,
  }
}

/** A subgraph of a contract that nobody has: it never has an event, and its module is empty. */
const writeStandby = (dir: string, network: string): void => {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'mapping.wasm'), Buffer.from('0061736d01000000', 'hex'))
  writeFileSync(join(dir, 'abi.json'), '[]\n')
  writeFileSync(join(dir, 'schema.graphql'), 'type Standby @entity(immutable: true) { id: ID! }\n')
  writeFileSync(
    join(dir, 'subgraph.yaml'),
    `specVersion: 1.3.0
schema:
  file: schema.graphql
dataSources:
  - kind: ethereum/contract
    name: Standby
    network: ${network}
    source:
      address: '0xffffffffffffffffffffffffffffffffffffffff'
      abi: Standby
      startBlock: 0
    mapping:
      kind: ethereum/events
      apiVersion: 0.0.9
      language: wasm/assemblyscript
      file: mapping.wasm
      entities: []
      abis:
        - name: Standby
          file: abi.json
      eventHandlers:
        - event: Never()
          handler: handleNever
`,
  )
}
