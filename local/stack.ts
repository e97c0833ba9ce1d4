import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Deployment, parseTerms, type Terms } from '../disbursement/index.ts'
import { buildSubgraph } from '../subgraph/build.ts'
import { deploySubgraph, startIpfs } from '../subgraph/deploy.ts'
import { connectChain, startChain } from './chain.ts'
import { type Child, StackError, waitFor } from './child.ts'
import { deployAlex, type WalletConnectAt } from './deploy.ts'
import { startGraphNode } from './graph-node.ts'
import type { Ports } from './ports.ts'
import { startPostgres } from './postgres.ts'
import type { Progress } from './progress.ts'
import { openRegister } from './register.ts'
import { type Outcome, run } from './run.ts'
import { ALEX, PEOPLE } from './scenario/alex.ts'
import { person } from './scenario/people.ts'
import { ROOT } from './state.ts'
import { migrate, startWorker } from './workers.ts'

export type ChildName = 'chain' | 'postgres' | 'graph' | 'api' | 'gateway' | 'register'

/** The whole system, running on this machine. */
export interface Stack {
  readonly deployment: Deployment
  readonly terms: Terms
  /** `graph` is the subgraph at graph-node itself, `gateway` the way in for everybody else. */
  readonly urls: {
    readonly rpc: string
    readonly graph: string
    readonly api: string
    readonly gateway: string
    /** Null where it was not asked for. */
    readonly register: string | null
  }
  /** The bearer secret of the API's writes. */
  readonly secret: string
  readonly children: ReadonlyMap<ChildName, Child>
  /** Rejects when a program that should be running has ended. */
  readonly died: Promise<never>
  /** The environment in which the issuer's commands work on this system. */
  issuerEnv(): Record<string, string>
  /** Runs an issuer's command. */
  tryIssue(args: readonly string[], env?: Record<string, string>): Promise<Outcome>
  /** Runs an issuer's command that must succeed. */
  issue(args: readonly string[]): Promise<Outcome>
  /** Waits until the subgraph has seen the chain's head. */
  synced(): Promise<void>
  /** Ends every program; may be called twice. */
  stop(): Promise<void>
}

export interface StackOptions {
  /** A folder for everything the system keeps; what is in it is not reused. */
  readonly state: string
  readonly ports: Ports
  readonly progress: Progress
  /** Whether the register of investors comes too: no payout needs it. */
  readonly register?: boolean
  /** Where the page's WalletConnect is; it offers none where this is not said. */
  readonly walletConnect?: WalletConnectAt | undefined
  /** Ends the start when it fires: every program that runs by then is ended, and the start fails. */
  readonly signal?: AbortSignal
  /** Told of every program as soon as it runs. */
  readonly onStarted?: (name: ChildName, child: Child) => void
}

/** The file in a stack's folder with the settings of the issuer's commands; only its owner can read it. */
export const ISSUER_ENV = 'issuer.json'

/**
 * Starts chain, PostgreSQL, graph-node, API, gateway and, when asked for, the register; deploys contracts and subgraph.
 * When one of them cannot start, those that did are ended.
 * @throws StackError saying which part failed and why
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { state, ports, progress } = options
  const closers: (() => Promise<void>)[] = []
  const children = new Map<ChildName, Child>()
  const watch = died()
  let stopped: Promise<void> | undefined
  const log = (name: string) => join(state, 'logs', `${name}.log`)
  // In the order opposite to that of starting: who depends on another ends first.
  const stop = () => {
    watch.rest()
    stopped ??= (async () => {
      for (const close of closers.toReversed()) await close()
    })()
    return stopped
  }
  const atEnd = (close: () => Promise<void>) => {
    closers.push(close)
    // Another part failed meanwhile, and everything is being ended: this one too.
    if (stopped) void close()
  }
  const keep = (name: ChildName) => (child: Child) => {
    children.set(name, child)
    watch.over(child)
    atEnd(() => child.stop())
    options.onStarted?.(name, child)
  }

  /** Work that is no program of its own: a stop waits for it, so that nothing is written to the folder afterwards. */
  const whole = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(
      () => {},
      () => {},
    )
    atEnd(() => settled)
    return work
  }

  const start = async (): Promise<Stack> => {
    mkdirSync(state, { recursive: true })
    const terms = parseTerms(JSON.parse(readFileSync(join(ROOT, ALEX.program), 'utf8')))
    const secret = randomBytes(24).toString('hex')
    const receiptKey = `0x${randomBytes(32).toString('hex')}`

    progress.step('the chain and PostgreSQL')
    const [chain, postgres] = await settleAll([
      startChain({
        port: ports.chain,
        accounts: PEOPLE.length,
        genesis: new Date(ALEX.genesis),
        logFile: log('chain'),
        onStarted: keep('chain'),
      }),
      startPostgres({
        dir: join(state, 'postgres'),
        port: ports.postgres,
        logFile: log('postgres'),
        onStarted: keep('postgres'),
      }),
    ])
    const rpc = chain.rpcUrl

    progress.step('the contracts and Uniswap V2')
    const gateway = `http://127.0.0.1:${ports.gateway}/graphql`
    const deployment = await deployAlex({
      rpcUrl: rpc,
      graphqlUrl: gateway,
      registerUrl: options.register ? `http://127.0.0.1:${ports.register}` : null,
      walletConnect: options.walletConnect,
      terms,
    })
    writeFileSync(join(state, 'deployment.json'), `${JSON.stringify(deployment, null, 2)}\n`)

    progress.step('the subgraph on graph-node, the API and the gateway')
    const program = { deployment, lpTreatment: terms.custody.lpTreatment }
    const graph = `http://127.0.0.1:${ports.graph}/subgraphs/name/${terms.name}`
    const settings = {
      PROGRAM: JSON.stringify(terms),
      DEPLOYMENT: JSON.stringify(deployment),
      GRAPH_URL: graph,
      RPC_URL: rpc,
      PRORATA_API_SECRET: secret,
      PRORATA_RECEIPT_KEY: receiptKey,
    }
    const persist = join(state, 'workers')
    const startGraph = async () => {
      const buildDir = join(state, 'subgraph')
      const ipfs = await startIpfs(join(state, 'ipfs'), ports.ipfs)
      atEnd(() => ipfs.close())
      const [node] = await settleAll([
        startGraphNode({
          postgresUrl: postgres.url,
          rpcUrl: rpc,
          network: deployment.network,
          ipfs,
          ports: {
            http: ports.graph,
            admin: ports['graph-admin'],
            index: ports['graph-index'],
            metrics: ports['graph-metrics'],
          },
          logFile: log('graph'),
          onStarted: keep('graph'),
        }),
        whole(buildSubgraph(program, buildDir)),
      ])
      await deploySubgraph({ adminUrl: node.adminUrl, ipfsUrl: ipfs.url, name: terms.name, buildDir })
    }
    const startApi = async () => {
      await whole(migrate({ config: 'wrangler.toml', name: 'prorata' }, persist, log('migrate'), settings))
      return startWorker({
        name: 'the API (wrangler)',
        config: 'wrangler.toml',
        port: ports.api,
        persist,
        settings,
        logFile: log('api'),
        onStarted: keep('api'),
      })
    }
    const startGateway = () =>
      startWorker({
        name: 'the gateway (wrangler)',
        config: 'workers/gateway/wrangler.toml',
        port: ports.gateway,
        persist: join(state, 'gateway'),
        settings: { GRAPH_URL: graph, GRAPH_KEY: '' },
        logFile: log('gateway'),
        onStarted: keep('gateway'),
      })
    const startRegister = async () => {
      if (!options.register) return null
      return whole(
        openRegister({
          terms,
          chainId: deployment.chainId,
          rpcUrl: rpc,
          pageOrigin: `http://127.0.0.1:${ports.api}`,
          port: ports.register,
          persist: join(state, 'register'),
          logs: join(state, 'logs'),
          onStarted: keep('register'),
        }),
      )
    }
    const [, api, , register] = await settleAll([startGraph(), startApi(), startGateway(), startRegister()])
    const urls = { rpc, graph, api: api.url, gateway, register: register?.url ?? null }
    await waitFor('the subgraph', () => indexed(graph), { timeout: 60_000 })

    const issuerEnv = () => ({
      PRORATA_PROGRAM: join(ROOT, ALEX.program),
      PRORATA_DEPLOYMENT: join(state, 'deployment.json'),
      PRORATA_STATE: join(state, 'issuer'),
      PRORATA_RPC_URL: urls.rpc,
      PRORATA_GRAPH_URL: urls.graph,
      PRORATA_API_URL: urls.api,
      PRORATA_API_SECRET: secret,
      PRORATA_KEY: person('issuer').privateKey,
      PRORATA_BINDINGS: 'local',
      PRORATA_PERSIST: persist,
      ...(register && { PRORATA_REGISTER_URL: register.url, PRORATA_REGISTER_SECRET: register.secret }),
    })
    writeFileSync(join(state, ISSUER_ENV), JSON.stringify(issuerEnv(), null, 2), { mode: 0o600 })
    const tryIssue = (args: readonly string[], env: Record<string, string> = {}) =>
      run(process.execPath, [join(ROOT, 'issuer/prorata.ts'), ...args], { env: { ...issuerEnv(), ...env } })

    return {
      deployment,
      terms,
      urls,
      secret,
      children,
      died: watch.died,
      issuerEnv,
      tryIssue,
      async issue(args) {
        const outcome = await tryIssue(args)
        if (outcome.code === 0) return outcome
        const why = outcome.stderr.trim() || outcome.stdout.trim()
        throw new StackError(`prorata ${args.join(' ')} ended with exit code ${outcome.code}:\n${why}`)
      },
      async synced() {
        const head = Number(await connectChain(rpc).getBlockNumber())
        const reached = async () => (((await indexed(graph)) ?? -1) >= head ? true : undefined)
        await waitFor(`block ${head} in the subgraph`, reached, { timeout: 120_000, interval: 50 })
      },
      stop,
    }
  }

  try {
    return await Promise.race([start(), watch.died, aborted(options.signal)])
  } catch (error) {
    await stop()
    throw error
  }
}

/** The block the subgraph has reached; undefined while it has none. */
async function indexed(graphUrl: string): Promise<number | undefined> {
  const response = await fetch(graphUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _meta { block { number } hasIndexingErrors } }' }),
  })
  const answer = (await response.json()) as {
    data?: { _meta: { block: { number: number }; hasIndexingErrors: boolean } }
    errors?: { message: string }[]
  }
  if (answer.data?._meta.hasIndexingErrors)
    throw new StackError('the subgraph has met an indexing error; see the log of graph-node')
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? `graph-node answered ${response.status}`)
  return answer.data._meta.block.number
}

/** Rejects when the signal fires; never settles without one. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(new StackError('the start was interrupted'))
    signal?.addEventListener('abort', () => reject(new StackError('the start was interrupted')), {
      once: true,
    })
  })
}

/** Turns the end of any watched child into one rejection, until the watch rests. */
function died() {
  let resting = false
  let reject: (error: StackError) => void = () => {}
  const died = new Promise<never>((_, no) => {
    reject = no
  })
  // Whoever races it sees the rejection; nobody racing it is no fault.
  died.catch(() => {})
  return {
    died,
    over(child: Child) {
      child.ended.then((how) => {
        if (!resting) reject(new StackError(`${how}; its log is ${child.logFile}`))
      })
    },
    rest() {
      resting = true
    },
  }
}

/** Promise.all that lets every part come to its end before it fails, so that none is started after the stop. */
async function settleAll<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const results = await Promise.allSettled(work)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T
}
