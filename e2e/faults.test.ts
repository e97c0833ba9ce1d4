import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Child, StackError, waitFor } from '../local/child.ts'
import { choosePorts } from '../local/ports.ts'
import { silent } from '../local/progress.ts'
import { type ChildName, startStack } from '../local/stack.ts'
import { ROOT, STATE } from '../local/state.ts'

// What a person sees when a part of the local system fails: one sentence, a non-zero exit, and nothing left running.

const folders: string[] = []
const folder = (name: string) => {
  const made = mkdtempSync(join(STATE, `${name}-`))
  folders.push(made)
  return made
}
after(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true })
})

const groupIsGone = (pid: number) => {
  try {
    process.kill(-pid, 0)
    return false
  } catch {
    return true
  }
}
const allGone = (children: Iterable<Child>) =>
  waitFor(
    'the end of every program',
    async () => ([...children].every(({ pid }) => groupIsGone(pid)) ? true : undefined),
    {
      timeout: 15_000,
    },
  )

/** Kills a child outright; what is said of it must name it, and where its log is. */
const kill = (child: Child) => {
  process.kill(-child.pid, 'SIGKILL')
  return (error: unknown) => {
    assert.ok(error instanceof StackError)
    assert.ok(error.message.startsWith(`${child.name} ended unexpectedly`), error.message)
    assert.ok(error.message.includes(child.logFile), 'and where its log is')
    return true
  }
}

for (const name of ['graph', 'api'] as const satisfies ChildName[]) {
  test(`when ${name} dies, it is named, and everything else ends`, async () => {
    const stack = await startStack({
      state: folder(`dies-${name}`),
      ports: await choosePorts({}),
      progress: silent,
    })
    try {
      const child = stack.children.get(name)
      assert.ok(child)
      await assert.rejects(stack.died, kill(child))
    } finally {
      await stack.stop()
    }
    await allGone(stack.children.values())
  })
}

for (const name of ['chain', 'postgres', 'gateway'] as const satisfies ChildName[]) {
  test(`when ${name} dies while the others start, it is named, and everything else ends`, async () => {
    const started: Child[] = []
    let named: ((error: unknown) => boolean) | undefined
    const starting = startStack({
      state: folder(`dies-early-${name}`),
      ports: await choosePorts({}),
      progress: silent,
      onStarted: (what, child) => {
        started.push(child)
        if (what === name) named = kill(child)
      },
    })
    await assert.rejects(starting, (error) => {
      assert.ok(named, 'it was started')
      return named(error)
    })
    await allGone(started)
  })
}

/** Runs `./dev demo …` until it ends; `onText` sees all it has said so far, whenever it says more. */
const demo = (args: string[], onText: (text: string, pid: number) => void = () => {}) =>
  new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    const child = spawn('./dev', ['demo', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more
        onText(text, child.pid ?? -1)
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text }))
  })

test('a busy port ends the demo with one sentence before anything is started', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  assert.ok(address !== null && typeof address === 'object')
  const { code, text } = await demo(['--state', 'busy', '--port-graph', String(address.port)])
  await new Promise((resolve) => other.close(resolve))
  assert.equal(code, 1)
  assert.match(
    text.trim(),
    new RegExp(`^prorata: port ${address.port} for graph cannot be used: .*--port-graph$`),
  )
  assert.ok(!existsSync(join(STATE, 'busy')))
})

test('an unknown option and an impossible port are explained', async () => {
  const unknown = await demo(['--forever'])
  assert.equal(unknown.code, 1)
  assert.match(unknown.text, /--forever.*\nThe demo knows: --once/)
  const port = await demo(['--port-api', '99999'])
  assert.equal(port.code, 1)
  assert.match(port.text, /--port-api 99999: a port is a whole number from 1 to 65535/)
})

test('Ctrl-C in the middle of the story ends everything', async () => {
  folders.push(join(STATE, 'interrupted'))
  const ports = await choosePorts({})
  let asked = false
  const { code } = await demo(
    ['--state', 'interrupted', '--port-chain', String(ports.chain)],
    (text, pid) => {
      if (asked || !text.includes('✓ the contracts')) return
      asked = true
      process.kill(pid, 'SIGINT')
    },
  )
  assert.equal(code, 130)
  await assert.rejects(fetch(`http://127.0.0.1:${ports.chain}`), 'the chain is gone')
})
