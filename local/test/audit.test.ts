import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { run } from '../run.ts'
import { ROOT } from '../state.ts'
import { verdictOf } from '../tasks/audit.ts'

/** Runs `./dev audit` as it is, with npm asking a registry that answers so about Hono. */
async function audited(answer: { status: number; body: string }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const bulk = request.url?.endsWith('/advisories/bulk') ?? false
      if (bulk)
        asked.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString())
      response.writeHead(bulk ? answer.status : 404, { 'content-type': 'application/json' })
      response.end(bulk ? answer.body : '{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  // npm keeps advisories by their ids.
  const cache = mkdtempSync(join(tmpdir(), 'audit-'))
  try {
    const env = { npm_config_cache: cache, npm_config_registry: `http://127.0.0.1:${address.port}/` }
    const outcome = await run('node', ['local/tasks/main.ts', 'audit'], { cwd: ROOT, env })
    return { ...outcome, asked }
  } finally {
    rmSync(cache, { recursive: true, force: true })
    server.closeAllConnections()
    server.close()
  }
}

const advisory = (severity: string) =>
  JSON.stringify({
    hono: [
      {
        id: 1,
        url: 'https://example.org/1',
        title: 'An example',
        severity,
        vulnerable_versions: '>=4.0.0',
        cwe: [],
        cvss: { score: 0, vectorString: null },
      },
    ],
  })

test('an advisory of high severity about a locked package fails, by its name', async () => {
  const { code, stdout, asked } = await audited({ status: 200, body: advisory('high') })
  assert.match(stdout, /high: hono/)
  assert.equal(code, 1)
  assert.ok(JSON.parse(asked[0] ?? '{}').hono, 'npm asks about what is locked')
})

test('a lesser one is told and does not fail', async () => {
  const { code, stdout } = await audited({ status: 200, body: advisory('moderate') })
  assert.match(stdout, /no advisories of high severity; lesser ones:\n.*moderate: hono/s)
  assert.equal(code, 0)
})

test('none is said to be none', async () => {
  const { code, stdout } = await audited({ status: 200, body: '{}' })
  assert.match(stdout, /^audit: no advisories of high severity\n$/)
  assert.equal(code, 0)
})

test('a registry that does not answer is said to be unknown, not good, and does not fail', async () => {
  const { code, stdout } = await audited({ status: 405, body: '' })
  assert.match(stdout, /could not ask for advisories, so nothing is known/)
  assert.equal(code, 0)
})

test('what is no report is never taken for a good one', () => {
  for (const stdout of ['', 'garbage', '{}', '[]', '{"vulnerabilities":[]}', '{"vulnerabilities":{"x":{}}}'])
    assert.equal(verdictOf({ stdout, stderr: '' }).kind, 'unasked', stdout)
})
