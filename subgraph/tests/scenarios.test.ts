import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { freePort } from '../../local/ports.ts'
import { type Postgres, startPostgres } from '../../local/postgres.ts'
import { buildSubgraph, gndEnvironment, gndPath } from '../build.ts'
import { deploymentOf, holders, pool, type Scenario, wallets } from './scenarios.ts'

// The histories written by hand, through `gnd test`: the real store and the real mapping, without a chain.

describe('histories written by hand', () => {
  const dir = mkdtempSync(join(tmpdir(), 'prorata-scenarios-'))
  let postgres: Postgres

  before(async () => {
    // PostgreSQL may run as another user, who has to enter.
    chmodSync(dir, 0o755)
    postgres = await startPostgres({
      dir: join(dir, 'postgres'),
      port: await freePort(),
      logFile: join(dir, 'postgres.log'),
    })
  })

  after(async () => {
    await postgres?.child.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Plays scenarios to a subgraph built for them, and fails with gnd's own words. */
  const play = async (
    name: string,
    scenarios: Scenario[],
    tokenFirst: boolean,
    lpTreatment: 'deposit-basis' | 'none',
  ): Promise<void> => {
    const home = join(dir, name)
    mkdirSync(home)
    await buildSubgraph({ deployment: deploymentOf(tokenFirst), lpTreatment }, join(home, 'build'))
    // gnd looks for the build beside the manifest it is given, and takes no more than the name from that.
    writeFileSync(join(home, 'subgraph.yaml'), '')
    const files = scenarios.map((scenario, i) => {
      const file = join(home, `${i}.json`)
      writeFileSync(file, JSON.stringify(scenario))
      return file
    })
    const asked = scenarios.reduce((sum, { assertions }) => sum + assertions.length, 0)
    try {
      const { stdout } = await promisify(execFile)(
        gndPath(),
        ['test', '--skip-build', '--manifest', join(home, 'subgraph.yaml'), ...files],
        { env: { ...gndEnvironment(), POSTGRES_URL: postgres.url, NO_COLOR: '1' }, timeout: 60_000 },
      )
      assert.match(stdout, new RegExp(`\\b${scenarios.length} passed`), `${asked} expectations: ${stdout}`)
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      if (stdout === undefined) throw error
      assert.fail(`${stdout}\n${stderr}`)
    }
  }

  it('count wallets, staking, links, basis and distributions right', () =>
    play('first', [wallets(), pool(true, 'deposit-basis'), holders()], true, 'deposit-basis'))

  it('count the same where the token is token1', () =>
    play('second', [pool(false, 'deposit-basis')], false, 'deposit-basis'))

  it('count liquidity as sold where the terms say so', () => play('none', [pool(true, 'none')], true, 'none'))

  it('notice a wrong expectation', async () => {
    const wrong = wallets()
    const [first] = wrong.assertions
    assert.ok(first)
    first.expected = { it: { holders: 4, lotsSold: '80000', totalSupply: '10000000', transfers: 8 } }
    await assert.rejects(() => play('wrong', [wrong], true, 'deposit-basis'), /holders/)
  })
})
