import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'

// What is uploaded when the Workers are deployed, as wrangler builds it.

const ROOT = join(import.meta.dirname, '../..')
const WRANGLER = join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js')
const out = mkdtempSync(join(tmpdir(), 'bundles-'))
afterAll(() => rmSync(out, { recursive: true }))

const bundle = async (name: string, config: string): Promise<Buffer> => {
  const args = [
    '--no-warnings',
    WRANGLER,
    'deploy',
    '--dry-run',
    '--outdir',
    join(out, name),
    '--config',
    config,
  ]
  const env = {
    ...process.env,
    CI: '1',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  }
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
  return readFileSync(join(out, name, 'index.js'))
}

test('the gateway is at most 2.5 kB after gzip', { timeout: 120_000 }, async () => {
  const code = await bundle('gateway', 'workers/gateway/wrangler.toml')
  expect(code.toString()).toContain('/graphql')
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(2500)
})

test('the API is far below what a Worker may have', { timeout: 120_000 }, async () => {
  const code = await bundle('api', 'wrangler.toml')
  expect(code.toString()).toContain('/v1/distributions')
  expect(gzipSync(code).length).toBeLessThan(400_000)
})
