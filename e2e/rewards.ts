import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { type Address, createPublicClient, http } from 'viem'
import { decodeManifest, type RewardManifest } from '../disbursement/index.ts'
import { silent } from '../local/progress.ts'
import type { Story } from '../local/scenario/play.ts'
import { monthArgs, playMonth } from '../local/scenario/quarters.ts'
import type { Stack } from '../local/stack.ts'
import { bytesSource, stepsOf, type Verdict, verify } from '../verify/index.ts'
import { address } from './cheats.ts'
import { balanced, edited, type openForgery } from './forgery.ts'
import { BALANCED_REWARD_CHEATS, PLAIN_REWARD_CHEATS, type RewardCheat } from './rewardCheats.ts'

export interface Scene {
  readonly stack: Stack
  readonly story: Story
  /** The folder of the whole system's state. */
  readonly state: string
  readonly forgery: ReturnType<typeof openForgery>
}

const MONTH = '2026-07'

/** A reward month (SPEC section 11): published on the whole system, verified from the chain, and no cheat gets past. Run by verify.test.ts. */
export function rewardMonth(scene: () => Scene): void {
  const fileOf = (folder: string, name: string) => {
    const { stack, state } = scene()
    const { network } = stack.deployment
    return new Uint8Array(readFileSync(join(state, 'issuer', network, stack.terms.name, folder, name)))
  }
  const manifestBytes = () => fileOf(`liquidity~${MONTH}`, 'manifest.json')
  const manifest = (): RewardManifest => {
    const decoded = decodeManifest(manifestBytes())
    assert.ok(decoded.stream === 'liquidity')
    return decoded
  }
  /** Verifies against the chain with these documents, and the leaves of the LP shares that may be unclaimed, from their manifest. */
  const check = (documents: readonly Uint8Array[], id?: `0x${string}`): Promise<Verdict> => {
    const { stack } = scene()
    return verify({
      client: createPublicClient({ transport: http(stack.urls.rpc) }),
      terms: stack.terms,
      deployment: stack.deployment,
      target: id === undefined ? { stream: 'liquidity', period: MONTH } : { id },
      source: bytesSource([...documents, fileOf('2026-Q2', 'manifest.json')]),
    })
  }
  const told = ({ steps }: Verdict) =>
    steps.flatMap(({ name, outcome, detail }) => (outcome === 'ok' ? [] : [`${name} ${outcome}: ${detail}`]))

  describe('a reward month', () => {
    before(async () => {
      const { stack, story } = scene()
      await playMonth(stack, story, MONTH, silent)
    })

    test('shares the reward by units × seconds, unclaimed LP shares among them', () => {
      const { holders, payout, totals, parameters } = manifest()
      assert.equal(payout.funded, parameters.reward)
      assert.equal(totals.paid + payout.carryOut, parameters.reward)
      const of = (name: string) => {
        const found = holders.find(({ holder }) => holder === address(name))
        assert.ok(found, name)
        return found
      }
      // Clara never pooled: what she earns, she earns for the LP shares of the second quarter that she has not claimed.
      const clara = of('clara').unitSeconds
      assert.ok(clara.unclaimed > 0n && clara.lp === 0n && clara.lpStaked === 0n)
      // Ada claimed hers on the 8th: unclaimed before, held after.
      const ada = of('ada').unitSeconds
      assert.ok(ada.unclaimed > 0n && ada.lp > ada.unclaimed)
      // Rosa gave her pool shares to nell, who bought in no offering: liquidity is liquidity.
      assert.ok(of('nell').amount > 0n)
      assert.ok(of('liam').unitSeconds.lpStaked > 0n)
      const excluded = new Set<Address>(scene().stack.deployment.excluded)
      assert.ok(!holders.some(({ holder }) => excluded.has(holder)))
      const weight = holders.reduce((sum, each) => sum + each.weight, 0n)
      for (const each of holders) assert.equal(each.share, (parameters.reward * each.weight) / weight)
    })

    test('is equal from files and the chain alone, and by the command from the API', async () => {
      const verdict = await check([manifestBytes(), fileOf(`liquidity~${MONTH}`, 'records.bin')])
      assert.equal(verdict.exitCode, 0, told(verdict).join('\n'))
      assert.deepEqual(
        verdict.steps.map(({ name }) => name),
        stepsOf('liquidity', 'chain'),
      )
      const { code, stdout } = await scene().stack.tryIssue(['verify', ...monthArgs(MONTH)], {
        PRORATA_GRAPH_URL: '',
      })
      assert.equal(code, 0, stdout)
      assert.match(stdout, /^✓ units/m)
    })

    test('of which nobody has the manifest is made again from the chain', async () => {
      const verdict = await check([])
      assert.deepEqual([verdict.exitCode, verdict.root], [0, manifest().root], told(verdict).join('\n'))
    })

    const caught = (cheats: readonly RewardCheat[], forge: typeof balanced) => {
      for (const { name, change, step, holder } of cheats) {
        test(name, async () => {
          const { forgery } = scene()
          const bytes = forge(manifestBytes(), change)
          const verdict = await forgery.meanwhile(async () => {
            const { id } = await forgery.publish(bytes)
            return check([bytes], id)
          })
          assert.equal(verdict.exitCode, 2, told(verdict).join('\n'))
          assert.equal(verdict.first?.name, step, told(verdict).join('\n'))
          if (holder !== undefined) assert.equal(verdict.first?.differences[0]?.holder, holder())
        })
      }
    }
    describe('of an issuer who cheats and keeps the books in order is caught', () =>
      caught(BALANCED_REWARD_CHEATS, balanced))
    describe('of an issuer who cheats and does not is caught', () => caught(PLAIN_REWARD_CHEATS, edited))
  })
}
