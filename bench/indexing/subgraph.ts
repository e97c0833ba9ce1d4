// A contender: this project's subgraph on graph-node and PostgreSQL, both fresh.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { type AccountRow, positions } from '../../disbursement/index.ts'
import { type Child, StackError, waitFor } from '../../local/child.ts'
import { type GraphNode, startGraphNode } from '../../local/graph-node.ts'
import { freePort } from '../../local/ports.ts'
import { startPostgres } from '../../local/postgres.ts'
import { buildSubgraph } from '../../subgraph/build.ts'
import { deploySubgraph, startIpfs } from '../../subgraph/deploy.ts'
import type { Contender, Job, Turn } from './contender.ts'

const NAME = 'prorata'
const FIELDS = 'id holder balance staked lp lpStaked lots custody basis settled units recipient'

export type SubgraphTurn = Turn & { postgresUrl: string; node: GraphNode }

/** @param env settings of graph-node beyond those of the project's own stack */
export const startSubgraph = async (
  { chain, made, dir }: Job,
  env: Record<string, string> = {},
): Promise<SubgraphTurn> => {
  const { deployment, rpcUrl } = chain
  const closers: (() => Promise<void>)[] = []
  const children: Child[] = []
  const onStarted = (child: Child): void => {
    children.push(child)
    closers.push(() => child.stop())
  }
  const stop = async (): Promise<void> => {
    for (const close of closers.toReversed()) await close()
  }
  try {
    // PostgreSQL may run as another user, who has to enter.
    chmodSync(dir, 0o755)
    const postgres = await startPostgres({
      ...{ dir: join(dir, 'postgres'), port: await freePort(), logFile: join(dir, 'postgres.log') },
      onStarted,
    })
    const ipfs = await startIpfs(join(dir, 'ipfs'))
    closers.push(() => ipfs.close())
    const buildDir = join(dir, 'build')
    await buildSubgraph({ deployment, lpTreatment: 'deposit-basis' }, buildDir)
    const node = await startGraphNode({
      ...{ postgresUrl: postgres.url, rpcUrl, network: deployment.network, ipfs, env, onStarted },
      logFile: join(dir, 'graph-node.log'),
    })
    const query = querying(node.graphqlUrl(NAME))
    return {
      node,
      postgresUrl: postgres.url,
      pids: () => children.map(({ pid }) => pid),
      async index() {
        await deploySubgraph({ adminUrl: node.adminUrl, ipfsUrl: ipfs.url, name: NAME, buildDir })
        const reached = async (): Promise<true | undefined> => {
          const { _meta } = await query<{ _meta: { block: { number: number }; hasIndexingErrors: boolean } }>(
            '{ _meta { block { number } hasIndexingErrors } }',
          )
          if (_meta.hasIndexingErrors) throw new StackError('the subgraph has met an indexing error')
          return BigInt(_meta.block.number) >= made.last ? true : undefined
        }
        await waitFor('the subgraph', reached, { child: node.child, timeout: 3_600_000, interval: 200 })
      },
      async positions() {
        const rows: AccountRow[] = []
        for (;;) {
          const after = rows.at(-1)?.id ?? '0x'
          const page = await query<{ accounts: AccountRow[] }>(
            `{ accounts(first: 1000, orderBy: id, where: { id_gt: "${after}" }, block: { number: ${made.last} }) { ${FIELDS} } }`,
          )
          rows.push(...page.accounts)
          if (page.accounts.length < 1000) return positions(rows, deployment.excluded)
        }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const querying =
  (url: string) =>
  async <Data>(text: string): Promise<Data> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text }),
    })
    const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] }
    if (data === undefined || errors) throw new Error(`the subgraph answered ${JSON.stringify(errors)}`)
    return data
  }

export const subgraph: Contender = { name: 'subgraph', start: (job) => startSubgraph(job) }
