import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { startPostgres } from '../node.ts'
import { freePort, requireFree, type Service, startService } from '../service.ts'

describe('services', () => {
  const dir = mkdtempSync(join(tmpdir(), 'prorata-service-'))
  after(() => rmSync(dir, { recursive: true, force: true }))

  const shell = (script: string, isReady: (words: string) => boolean = () => true): Service =>
    startService({
      name: 'the sleeper',
      command: '/bin/sh',
      args: ['-c', script],
      logFile: join(dir, 'sleeper.log'),
      signals: ['SIGTERM', 'SIGKILL'],
      isReady,
    })

  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0)
      // A zombie is gone but for its parent's notice.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }

  it('are ready when they say so, and end when told, once and again', async () => {
    const service = shell('echo here; exec sleep 1000', (words) => words.includes('here'))
    await service.ready
    await Promise.all([service.stop(), service.stop()])
    assert.deepEqual(await service.exited, { code: null, signal: 'SIGTERM' })
    assert.equal(readFileSync(join(dir, 'sleeper.log'), 'utf8'), 'here\n')
  })

  it('tell their last words when they end too early', async () => {
    const service = shell('echo no disk left; exit 3', () => false)
    await assert.rejects(service.ready, /the sleeper ended before it was ready \(exit code 3\): no disk left/)
  })

  it('tell when the program does not exist', async () => {
    const service = startService({
      name: 'nothing',
      command: join(dir, 'nothing'),
      args: [],
      logFile: join(dir, 'nothing.log'),
      signals: ['SIGTERM', 'SIGKILL'],
      isReady: () => false,
    })
    await assert.rejects(service.ready, /nothing ended before it was ready .*ENOENT/)
  })

  it('do not outlive a parent that is killed', async () => {
    const source = `
      import { startService } from ${JSON.stringify(join(import.meta.dirname, '../service.ts'))}
      const service = startService({ name: 'orphan', command: 'sleep', args: ['1000'], logFile: ${JSON.stringify(join(dir, 'orphan.log'))},
        signals: ['SIGTERM', 'SIGKILL'], isReady: () => true })
      await service.ready
      console.log(service.child.pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line)
    assert.ok(alive(pid))
    parent.kill('SIGKILL')
    for (let i = 0; i < 50 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(alive(pid), false)
  })

  it('name a port that is taken', async () => {
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    await assert.rejects(
      requireFree(port, 'PostgreSQL'),
      new RegExp(`port ${port}, for PostgreSQL, is in use`),
    )
    await assert.rejects(startPostgres({ dir, port }), new RegExp(`port ${port}, for PostgreSQL, is in use`))
    server.close()
  })
})
