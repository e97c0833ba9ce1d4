import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { StackError, startChild, waitFor } from '../child.ts'

const log = () => join(mkdtempSync(join(tmpdir(), 'prorata-child-')), 'child.log')
const sh = (name: string, script: string, logFile = log()) =>
  startChild({ name, command: 'sh', args: ['-c', script], logFile })
const gone = (pid: number) => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
const soon = async (what: string, check: () => boolean) =>
  waitFor(what, async () => (check() ? true : undefined), { timeout: 5_000, interval: 20 })

test('a program that is stopped may end by itself', async () => {
  const child = sh('a tidy program', 'trap "echo tidied; exit 0" TERM; echo up; while :; do sleep 0.05; done')
  await soon('its start', () => readFileSync(child.logFile, 'utf8').includes('up'))
  await child.stop()
  assert.match(readFileSync(child.logFile, 'utf8'), /tidied/)
  assert.equal(await child.ended, 'a tidy program was stopped')
  await child.stop()
})

test('a program that dies is named with how it ended and what it last said', async () => {
  const child = sh('a frail program', 'echo the disk is full; exit 3')
  await assert.rejects(
    waitFor('its answer', async () => undefined, { child }),
    (error) =>
      error instanceof StackError &&
      /a frail program ended unexpectedly with exit code 3 while waiting for its answer/.test(
        error.message,
      ) &&
      /the disk is full/.test(error.message),
  )
})

test('a program that is missing is named', async () => {
  const child = startChild({
    name: 'a missing program',
    command: 'prorata-no-such-program',
    args: [],
    logFile: log(),
  })
  assert.match(await child.ended, /a missing program ended unexpectedly with exit code 127/)
})

test('what a program started ends with it, and so does what ignores the request to end', async () => {
  const child = sh('a parent', 'sleep 300 & echo $!; wait')
  await soon('the grandchild', () => /^\d+\n/.test(readFileSync(child.logFile, 'utf8')))
  const grandchild = Number(readFileSync(child.logFile, 'utf8'))
  assert.ok(!gone(grandchild))
  await child.stop()
  await soon('the end of the grandchild', () => gone(grandchild))
})

test('a program that goes on when it is asked to end is killed after the grace it was given', async () => {
  const child = startChild({
    name: 'a stubborn program',
    command: 'sh',
    args: ['-c', 'trap "echo asked" TERM; echo up; while :; do sleep 0.05; done'],
    logFile: log(),
    grace: 300,
  })
  await soon('its start', () => readFileSync(child.logFile, 'utf8').includes('up'))
  const ended = child.stop().then(() => true)
  await soon('its being asked first', () => readFileSync(child.logFile, 'utf8').includes('asked'))
  assert.ok(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 7_000))]))
  assert.ok(gone(child.pid))
})

test('nothing is left running when the program that started them is killed outright', async () => {
  const logFile = log()
  const script = `
    import { startChild } from ${JSON.stringify(new URL('../child.ts', import.meta.url).href)}
    const args = ['-c', 'echo $$; sleep 300']
    startChild({ name: 'left behind', command: 'sh', args, logFile: ${JSON.stringify(logFile)} })
    setInterval(() => {}, 1000)`
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: 'ignore',
  })
  let pid = 0
  await soon('the child', () => {
    pid = existsSync(logFile) ? Number(readFileSync(logFile, 'utf8')) : 0
    return pid > 0
  })
  assert.ok(!gone(pid))
  starter.kill('SIGKILL')
  await soon('the end of the child', () => gone(pid))
})
