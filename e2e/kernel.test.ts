// The hashing kernel where the page would use it: built by Vite, in a real browser.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { nodeKernel } from '../keccak/node.ts'
import { startChromium } from './browser.ts'

const TYPES: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' }

test('the kernel hashes in a browser as it does here', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'prorata-kernel-'))
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      target: 'es2022',
      rolldownOptions: {
        input: fileURLToPath(new URL('../keccak/browser.ts', import.meta.url)),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'kernel.js' },
      },
    },
  })
  const server = createServer(({ url = '/' }, response) => {
    if (url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
    try {
      const bytes = readFileSync(join(folder, url))
      response
        .writeHead(200, { 'content-type': TYPES[url.split('.').at(-1) ?? ''] ?? 'text/plain' })
        .end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  }).listen(0, '127.0.0.1')
  const browser = await startChromium()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const input = Array.from({ length: 5 * 96 }, (_, at) => (at * 37) % 256)
    const hashed: number[] = await page.evaluate(
      `import('/kernel.js').then(async ({ browserKernel }) => {
        const output = new Uint8Array(5 * 32)
        const kernel = await browserKernel()
        kernel.hash(new Uint8Array(${JSON.stringify(input)}), 96, output, 2)
        return [...output]
      })`,
    )
    const expected = new Uint8Array(5 * 32)
    nodeKernel().hash(Uint8Array.from(input), 96, expected, 2)
    assert.deepEqual(hashed, [...expected])
  } finally {
    await browser.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
