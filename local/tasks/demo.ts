import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from '../build.ts'
import { StackError } from '../child.ts'
import { choosePorts, PORT_NAMES, type PortName } from '../ports.ts'
import { createProgress } from '../progress.ts'
import { paidTable, rewardsTable } from '../scenario/account.ts'
import { claimEverything } from '../scenario/claim.ts'
import { person } from '../scenario/people.ts'
import { tell } from '../scenario/quarters.ts'
import { playTo } from '../scenario/stage.ts'
import { type Ending, playYears, writeStatements } from '../scenario/years.ts'
import { yearsTable } from '../scenario/yearsTable.ts'
import { type Stack, startStack } from '../stack.ts'
import { STATE } from '../state.ts'

/** What a shell reports of a program that Ctrl-C ended. */
const INTERRUPTED = 130

/** The holder for whom `--once` claims: nobody of that name claims in the story. */
const ONCE = 'clara'

/**
 * Brings the whole system up and plays the ALEX story on it: a year, after which the page can be used, and then two more, every
 * payout verified. It stays up until it is told to end; with `--once` it claims for one holder after the first year, checks what
 * arrived, and ends with the story.
 * @returns the exit code
 */
export async function demo(args: string[]): Promise<number> {
  const options = readOptions(args)
  const began = performance.now()
  const progress = createProgress()
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const interrupted = once(stopping.signal, 'abort')
  const ports = await choosePorts(options.ports)
  progress.step('building contracts and page')
  await build()
  const state = claimState(options.state)

  let stack: Stack | undefined
  try {
    stack = await startStack({ state, ports, progress, register: true, signal: stopping.signal })
    const story = tell(stack)
    await Promise.race([playTo('end', stack, story, progress), stack.died, interrupted])
    if (stopping.signal.aborted) return INTERRUPTED
    progress.end()
    process.stdout.write(await introduction(stack, performance.now() - began))
    if (options.once) process.stdout.write(await claimEverything(stack, person(ONCE)))
    process.stdout.write('The page works from here on, while the story goes on for two more years:\n')
    const ending = await Promise.race([playYears(stack, story, progress), stack.died, interrupted])
    if (stopping.signal.aborted) return INTERRUPTED
    progress.step('a statement a holder')
    const folder = join(state, 'statements')
    await writeStatements(stack, folder)
    progress.end()
    process.stdout.write(await conclusion(stack, ending as Ending, folder, performance.now() - began))
    if (options.once) return 0
    process.stdout.write('Press Ctrl-C to end it; ./dev prorata status shows the issuer’s side.\n')
    await Promise.race([interrupted, stack.died])
    return 0
  } catch (error) {
    if (stopping.signal.aborted) return INTERRUPTED
    throw error
  } finally {
    progress.fail()
    await stack?.stop()
  }
}

/** A fresh folder for this demo. @throws StackError when a demo that is up uses it */
function claimState(name: string): string {
  const state = join(STATE, name)
  const lock = join(state, 'pid')
  if (existsSync(lock)) {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (isRunning(pid)) {
      throw new StackError(
        `a demo is up already (process ${pid}); end it, or give this one a folder of its own with --state NAME`,
      )
    }
  }
  rmSync(state, { recursive: true, force: true })
  mkdirSync(state, { recursive: true })
  writeFileSync(lock, String(process.pid))
  return state
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function readOptions(args: string[]): {
  once: boolean
  state: string
  ports: Partial<Record<PortName, number>>
} {
  const ports = Object.fromEntries(PORT_NAMES.map((name) => [`port-${name}`, { type: 'string' as const }]))
  let values: Record<string, unknown>
  try {
    values = parseArgs({
      args,
      options: { once: { type: 'boolean' }, state: { type: 'string' }, ...ports },
    }).values
  } catch (error) {
    const known = ['--once', '--state NAME', ...PORT_NAMES.map((name) => `--port-${name} N`)].join(', ')
    throw new StackError(
      `${error instanceof Error ? error.message : String(error)}\nThe demo knows: ${known}`,
    )
  }
  const asked: Partial<Record<PortName, number>> = {}
  for (const name of PORT_NAMES) {
    const value = values[`port-${name}`]
    if (value === undefined) continue
    const port = Number(value)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new StackError(`--port-${name} ${value}: a port is a whole number from 1 to 65535`)
    }
    asked[name] = port
  }
  const state = values.state === undefined ? 'demo' : String(values.state)
  if (!/^[a-z0-9-]+$/.test(state)) {
    throw new StackError(`--state ${state}: a name of lower-case letters, digits and hyphens`)
  }
  return { once: values.once === true, state, ports: asked }
}

async function introduction(stack: Stack, took: number): Promise<string> {
  const { api, gateway, register, rpc } = stack.urls
  return `
${await paidTable(stack)}
${await rewardsTable(stack)}
  The page        ${api}/
  The dashboard   ${api}/#/dashboard
  The API         ${api}/v1/status   (described in ${api}/openapi.json)
  GraphQL         ${gateway}
  The register    ${register}/v1/register   (described in ${register}/openapi.json)
  The chain       ${rpc}   (id ${stack.deployment.chainId})

  Up in ${seconds(took)}. ${person(ONCE).name} bought 40,000 ALEX and never sold: look her up as ${person(ONCE).address}
`
}

async function conclusion(stack: Stack, ending: Ending, folder: string, took: number): Promise<string> {
  return `
${await yearsTable(stack, ending)}
  ${ending.distributions} payouts verified from the chain alone. Statements, one a holder: ${folder}
  Three years in ${seconds(took)}.
`
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(0)} s`
