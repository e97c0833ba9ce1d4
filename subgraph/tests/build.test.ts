import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { STATE } from '../../local/state.ts'
import { buildSubgraph } from '../build.ts'
import { SUBGRAPH } from '../manifest.ts'
import { deploymentOf } from './scenarios.ts'

// What the build needs is locked. gnd would have its generated code formatted by whatever prettier a registry serves that day,
// and wait for the registry, a minute a file, where it is slow.
test('the mapping is compiled without asking a package registry', async (context) => {
  const asked: (string | undefined)[] = []
  const registry = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(404).end('{}')
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  mkdirSync(STATE, { recursive: true })
  const home = mkdtempSync(join(STATE, 'build-'))
  const before = process.env.npm_config_registry
  context.after(() => {
    if (before === undefined) delete process.env.npm_config_registry
    else process.env.npm_config_registry = before
    registry.close()
    rmSync(home, { recursive: true, force: true })
  })
  process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`
  cpSync(join(SUBGRAPH, 'src'), join(home, 'src'), { recursive: true })
  const program = { deployment: deploymentOf(true), lpTreatment: 'deposit-basis' } as const
  await buildSubgraph(program, join(home, 'out'), join(home, 'src'))
  assert.ok(existsSync(join(home, 'out/mapping.wasm')))
  assert.deepEqual(asked, [])
})
