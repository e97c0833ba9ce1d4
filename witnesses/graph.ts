import { appendFileSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines } from '../local/child.ts'
import { type GraphNode, startGraphNode } from '../local/graph-node.ts'
import { freePort } from '../local/ports.ts'
import { type Postgres, startPostgres } from '../local/postgres.ts'
import { buildSubgraph } from '../subgraph/build.ts'
import { deploySubgraph, type Ipfs, startIpfs } from '../subgraph/deploy.ts'
import type { Chain } from './chain.ts'
import type { Stage } from './stage.ts'

// The first witness: the real subgraph in the real graph-node and PostgreSQL, one for each stage.

export type Query = (query: string) => Promise<Record<string, unknown>>

/** A subgraph on a graph-node. */
export type Subgraph = { name: string; query: Query }

/** The mapping failed on an event: the subgraph stops there for ever. */
export class IndexingFailed extends Error {
  override readonly name = 'IndexingFailed'
}

export class Graph {
  readonly #dir: string
  readonly #chain: Chain
  readonly #mapping: string | undefined
  #postgres: Postgres | undefined
  #ipfs: Ipfs | undefined
  #node: GraphNode | undefined

  private constructor(dir: string, chain: Chain, mapping: string | undefined) {
    this.#dir = dir
    this.#chain = chain
    this.#mapping = mapping
  }

  /** @param mapping another mapping's sources than the project's */
  static async start(dir: string, chain: Chain, mapping?: string): Promise<Graph> {
    // PostgreSQL may run as another user, who has to enter.
    chmodSync(dir, 0o755)
    const graph = new Graph(dir, chain, mapping)
    try {
      graph.#postgres = await startPostgres({
        dir: join(dir, 'postgres'),
        port: await freePort(),
        logFile: join(dir, 'postgres.log'),
      })
      graph.#ipfs = await startIpfs(join(dir, 'ipfs'))
      await graph.resume()
    } catch (error) {
      await graph.stop()
      throw error
    }
    return graph
  }

  /** Starts graph-node, again where it was paused. */
  async resume(): Promise<void> {
    if (!this.#postgres || !this.#ipfs) throw new Error('the database does not run')
    this.#node = await startGraphNode({
      postgresUrl: this.#postgres.url,
      rpcUrl: this.#chain.rpcUrl,
      network: 'local',
      ipfs: this.#ipfs,
      logFile: join(this.#dir, 'graph-node.log'),
      env: { GRAPH_LOG: 'warn' },
    })
  }

  /** Stops graph-node; what it has indexed stays. */
  async pause(): Promise<void> {
    await this.#node?.child.stop()
    this.#node = undefined
  }

  /** @param again makes another deployment of the same, which is indexed from its beginning */
  async deploy(stage: Stage, name: string, again = false): Promise<Subgraph> {
    if (!this.#node || !this.#ipfs) throw new Error('graph-node does not run')
    const buildDir = join(this.#dir, 'build', name)
    const { deployment } = stage
    await buildSubgraph({ deployment, lpTreatment: 'deposit-basis' }, buildDir, this.#mapping)
    // A deployment is named by its content.
    if (again) appendFileSync(join(buildDir, 'subgraph.yaml'), `# ${name}\n`)
    await deploySubgraph({ adminUrl: this.#node.adminUrl, ipfsUrl: this.#ipfs.url, name, buildDir })
    return { name, query: (query) => this.#query(name, query) }
  }

  /** Stops indexing it. */
  async remove(name: string): Promise<void> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subgraph_remove', params: { name } })
    const headers = { 'content-type': 'application/json' }
    await fetch(this.#node?.adminUrl ?? '', { method: 'POST', headers, body })
  }

  /** Waits until a subgraph has indexed a block, at the head of the chain, without an error. */
  async indexed({ query, name }: Subgraph, block: number): Promise<void> {
    const deadline = Date.now() + 300_000
    let last = ''
    while (Date.now() < deadline) {
      const meta = await query('{ _meta { block { number } hasIndexingErrors } }').catch((error: unknown) => {
        // It answers with an error until it has begun.
        last = String(error)
        return null
      })
      const { block: at, hasIndexingErrors } = (meta?._meta ?? {}) as {
        block?: { number: number }
        hasIndexingErrors?: boolean
      }
      if (hasIndexingErrors) throw new IndexingFailed(`${name}: ${this.lastWords()}`)
      if (at !== undefined && at.number >= block) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`the subgraph ${name} did not reach block ${block}: ${last} ${this.lastWords()}`)
  }

  lastWords(): string {
    return lastLines(join(this.#dir, 'graph-node.log'))
  }

  async stop(): Promise<void> {
    await this.pause()
    await this.#ipfs?.close()
    await this.#postgres?.child.stop()
  }

  async #query(name: string, query: string): Promise<Record<string, unknown>> {
    if (!this.#node) throw new Error('graph-node does not run')
    const response = await fetch(this.#node.graphqlUrl(name), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown }
    if (!data || errors)
      throw new Error(`the subgraph answered ${JSON.stringify(errors)} to ${query.slice(0, 300)}`)
    return data
  }
}
