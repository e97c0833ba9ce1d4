import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Passing, startProxy } from './proxy.ts'

const PRORATA = join(import.meta.dirname, '../prorata.ts')

/** A moment at which a command is killed outright, as by a power cut. */
export interface Moment {
  /** `rpc`: the wire to the chain; `api`: the wire to the API; `said`: a line on its error stream. */
  on: 'rpc' | 'api' | 'said'
  /** What the request's body, its path, or the line contains. */
  when: string | RegExp
  /** Whether the request still arrives; the answer never comes back. */
  arrives?: boolean
}

/**
 * Runs a command and kills it, with everything it started, at a moment.
 * @returns what it had said until then
 * @throws when it came to its end without that moment
 */
export async function interrupt(
  env: Record<string, string>,
  args: readonly string[],
  moment: Moment,
): Promise<string> {
  const isMoment = (text: string) => text.search(moment.when) >= 0
  let kill = () => {}
  const cut = {
    before: ({ body, path }: Passing) => {
      if (moment.arrives || !isMoment(body + path)) return true
      kill()
      return false
    },
    after: ({ body, path }: Passing, answer: string) => {
      if (!moment.arrives || !isMoment(body + path)) return answer
      kill()
      return null
    },
  }
  const rpc = await startProxy(env.PRORATA_RPC_URL ?? '', moment.on === 'rpc' ? cut : {})
  const api = await startProxy(env.PRORATA_API_URL ?? '', moment.on === 'api' ? cut : {})
  const child = spawn(process.execPath, [PRORATA, ...args], {
    env: { ...process.env, ...env, PRORATA_RPC_URL: rpc.url, PRORATA_API_URL: api.url },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that workerd, which wrangler starts for it, dies at the same moment.
    detached: true,
  })
  kill = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')
  let said = ''
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (moment.on === 'said' && isMoment(said)) kill()
  })
  const [code, signal] = await once(child, 'close')
  await Promise.all([rpc.stop(), api.stop()])
  if (signal !== 'SIGKILL') {
    throw new Error(`prorata ${args.join(' ')} ended with ${code} before ${moment.when} came: ${said}`)
  }
  return said
}
