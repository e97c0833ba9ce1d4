// Publishing at scale on this machine: a real chain, the real API in workerd, and a payout to as many made-up holders as are
// asked for. There is no subgraph: the holders were never on the chain.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, type Hex, type PrivateKeyAccount, parseAbi } from 'viem'
import {
  type Disbursement,
  type Position,
  parseTerms,
  periodOf,
  prepareDisbursement,
} from '../disbursement/index.ts'
import { connect } from '../issuer/chain.ts'
import { openSubgraph } from '../issuer/graph.ts'
import { readPrepared, writePrepared } from '../issuer/prepared.ts'
import type { Run } from '../issuer/resume.ts'
import type { Settings } from '../issuer/settings.ts'
import { periodFolder } from '../issuer/state.ts'
import { nodeKernel } from '../keccak/node.ts'
import { connectChain, startChain } from './chain.ts'
import type { Child } from './child.ts'
import { deployAlex } from './deploy.ts'
import { choosePorts } from './ports.ts'
import { ALEX, PEOPLE } from './scenario/alex.ts'
import { person } from './scenario/people.ts'
import { ROOT } from './state.ts'
import { migrate, startWorker } from './workers.ts'

const FIRST = '2026-Q1'
/** A hundred million dollars, of which 15% are owed. */
const INCOME = 100_000_000_000_000n

/** The same numbers in every run (xorshift32). */
const random = (seed: number) => (): number => {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return seed >>> 0
}

/** Made-up holders, spread over the address space. */
const positionsOf = (count: number): Position[] => {
  const next = random(2463534242)
  const digits = (): string => next().toString(16).padStart(8, '0')
  return Array.from({ length: count }, (): Position => {
    const holder: Address = `0x${digits()}${digits()}${digits()}${digits()}${digits()}`
    const lots = 10n ** 15n * BigInt(1 + (next() % 1_000_000))
    return {
      holder,
      wallets: [holder],
      recipient: null,
      lots,
      balance: lots,
      staked: 0n,
      lp: 0n,
      lpStaked: 0n,
      units: 0n,
      basis: 0n,
      custody: lots,
      settled: lots,
      entitlement: lots,
    }
  })
}

/** A run of publish that signs with a key. */
export type KeyRun = Run & { signer: { kind: 'key'; account: PrivateKeyAccount } }

/** Chain and API, running, with the settings of the issuer's commands. */
export type PayoutStage = {
  settings: Settings
  apiSecret: string
  /** Makes a payout to so many holders and puts its files where `prepare` would. */
  prepare(holders: number, period?: string): Promise<Disbursement>
  /** What the parts of `publish` work with, the prepared files read back and checked. */
  run(say: Run['say'], period?: string): Promise<KeyRun>
  /** Moves the chain's clock on. */
  pass(seconds: bigint): Promise<void>
  stop(): Promise<void>
}

/** @param folder for everything that is kept */
export async function startPayoutStage(folder: string): Promise<PayoutStage> {
  const children: Child[] = []
  const onStarted = (child: Child): void => void children.push(child)
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop()
  }
  try {
    mkdirSync(join(folder, 'logs'), { recursive: true })
    const ports = await choosePorts({})
    const program = join(ROOT, ALEX.program)
    const terms = parseTerms(JSON.parse(readFileSync(program, 'utf8')))
    const { rpcUrl } = await startChain({
      port: ports.chain,
      accounts: PEOPLE.length,
      genesis: new Date(ALEX.genesis),
      logFile: join(folder, 'logs/chain.log'),
      onStarted,
    })
    const graphUrl = 'http://127.0.0.1:9'
    const deployment = await deployAlex({ rpcUrl, graphqlUrl: graphUrl, terms })
    const deploymentFile = join(folder, 'deployment.json')
    writeFileSync(deploymentFile, JSON.stringify(deployment))
    const apiSecret = randomBytes(24).toString('hex')
    const persist = join(folder, 'workers')
    const worker = {
      PROGRAM: JSON.stringify(terms),
      DEPLOYMENT: JSON.stringify(deployment),
      GRAPH_URL: graphUrl,
      RPC_URL: rpcUrl,
      PRORATA_API_SECRET: apiSecret,
      PRORATA_RECEIPT_KEY: `0x${randomBytes(32).toString('hex')}`,
    }
    await migrate(
      { config: 'wrangler.toml', name: 'prorata' },
      persist,
      join(folder, 'logs/migrate.log'),
      worker,
    )
    const api = await startWorker({
      name: 'the API',
      config: 'wrangler.toml',
      port: ports.api,
      persist,
      settings: worker,
      logFile: join(folder, 'logs/api.log'),
      onStarted,
    })
    const settings: Settings = {
      program,
      deployment: deploymentFile,
      state: join(folder, 'issuer'),
      rpcUrl,
      graphUrl,
      apiUrl: api.url,
      bindings: 'local',
      persist,
      wranglerConfig: join(ROOT, 'wrangler.toml'),
    }
    const issuer = person('issuer')
    const test = connectChain(rpcUrl)
    const filesOf = (name: string): string =>
      periodFolder(settings.state, deployment.network, terms.name, { stream: 'income', name })
    return {
      settings,
      apiSecret,
      stop,
      async prepare(holders, period = FIRST) {
        const { number, hash, timestamp } = await test.getBlock()
        const positions = positionsOf(holders)
        const disbursement = prepareDisbursement(
          {
            terms,
            deployment,
            stream: 'income',
            period,
            positions,
            lots: positions.map(({ holder, lots }, at) => ({
              transaction: `0x${at.toString(16).padStart(64, '0')}` as Hex,
              logIndex: 0,
              buyer: holder,
              amount: lots,
            })),
            recordBlock: { number, hash, timestamp },
            income: INCOME,
            statementHash: null,
            funded: (INCOME * 1500n) / 10_000n,
            lp: null,
            previous: null,
          },
          nodeKernel(),
        )
        const { manifestHash } = disbursement
        const files = filesOf(period)
        mkdirSync(join(files, '..'), { recursive: true })
        await writePrepared(files, disbursement, JSON.stringify({ manifestHash }), true, async () => {})
        const mint = await test.writeContract({
          account: issuer.address,
          address: deployment.currency,
          abi: parseAbi(['function mint(address to, uint256 amount)']),
          functionName: 'mint',
          args: [issuer.address, disbursement.total],
        })
        await test.waitForTransactionReceipt({ hash: mint })
        return disbursement
      },
      async run(say, period = FIRST) {
        const folder = filesOf(period)
        const prepared = readPrepared(folder, { stream: 'income', name: period }, { terms, deployment })
        if (prepared === null) throw new Error(`nothing is prepared in ${folder}`)
        return {
          settings,
          terms,
          deployment,
          chain: await connect(rpcUrl, deployment.chainId),
          subgraph: openSubgraph(graphUrl),
          signer: { kind: 'key', account: issuer.account as unknown as PrivateKeyAccount },
          manner: null,
          apiSecret,
          period: periodOf(terms, 'income', period),
          folder,
          prepared,
          say,
        }
      },
      async pass(seconds) {
        await test.increaseTime({ seconds: Number(seconds) })
        await test.mine({ blocks: 1 })
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
