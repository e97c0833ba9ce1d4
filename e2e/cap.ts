import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPublicClient, http } from 'viem'
import { hashTerms, parseTerms, type Terms } from '../disbursement/index.ts'
import type { Stack } from '../local/stack.ts'
import { bytesSource, type Verdict, verify } from '../verify/index.ts'
import { balanced, type Editable, edit, type openForgery } from './forgery.ts'

/**
 * A debt program: income pays until a cap is reached (SPEC section 6). The story's offering was made under other terms, so their hash
 * on chain is the one thing that differs where all is well. Run by verify.test.ts.
 * @param first the first quarter's manifest
 */
export function debtProgram(
  scene: () => { stack: Stack; forgery: ReturnType<typeof openForgery>; first: Uint8Array },
): void {
  const CAP = 1_500_000_000n

  const cappedTerms = (): Terms => {
    const { liquidity: _, income } = scene().stack.terms.streams
    const periods = income.periods.map((each) => ({ ...each, asset: 'currency' as const }))
    return parseTerms({
      ...scene().stack.terms,
      streams: { income: { ...income, cap: CAP.toString(), periods } },
    })
  }

  /** Publishes the first quarter as a debt program's, changed, and verifies it. */
  const verdictOn = (change: (json: Editable) => void): Promise<Verdict> => {
    const { stack, forgery, first } = scene()
    const terms = cappedTerms()
    const bytes = balanced(first, (json) => {
      const [parameters, income] = [json.parameters as Editable, json.income as Editable]
      parameters.cap = CAP.toString()
      income.dueBefore = '0'
      edit(json, 'payout.funded', () => CAP.toString())
      edit(json, 'termsHash', () => hashTerms(terms))
      change(json)
    })
    return forgery.meanwhile(async () => {
      const { id } = await forgery.publish(bytes)
      return verify({
        client: createPublicClient({ transport: http(stack.urls.rpc) }),
        terms,
        deployment: stack.deployment,
        target: { id },
        source: bytesSource([bytes]),
      })
    })
  }
  const different = ({ steps }: Verdict) =>
    steps.flatMap(({ name, outcome }) => (outcome === 'ok' ? [] : [name]))

  describe('a program with a cap', () => {
    test('pays the cap where more would be due, and that is found to be right', async () => {
      const verdict = await verdictOn(() => {})
      assert.deepEqual(different(verdict), ['terms'])
      assert.match(verdict.steps.find(({ name }) => name === 'income')?.detail ?? '', /= 1500000000$/)
      assert.equal(verdict.total, CAP, 'all of it: the remainder of the flooring too')
    })

    test('is caught paying beyond it, or counting what was never due', async () => {
      const beyond = await verdictOn((json) => edit(json, 'payout.funded', () => '1800000000'))
      assert.ok(different(beyond).includes('funding'), different(beyond).join())
      const counted = await verdictOn((json) => {
        edit(json, 'income.dueBefore', () => '500000000')
        edit(json, 'payout.funded', () => '1000000000')
      })
      assert.ok(different(counted).includes('income'), different(counted).join())
      const raised = await verdictOn((json) => edit(json, 'parameters.cap', () => '1800000000'))
      const terms = raised.steps.find(({ name }) => name === 'terms')
      assert.ok(terms?.differences.some(({ what }) => what === 'parameters.cap'))
    })
  })
}
