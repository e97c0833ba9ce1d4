import { useState } from 'react'
import { useConfig } from 'wagmi'
import type { Address, Claim } from '../api.ts'
import { type Failure, failureOf } from '../failures.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { CopyButton } from '../parts/CopyButton.tsx'
import { FailureNotice } from '../parts/Notice.tsx'
import { useProgram } from '../program.ts'
import { writeRoute } from '../route.ts'
import { words } from '../words/index.ts'
import { waysWords } from '../words/ways.ts'

const DAY = 86_400
const SPANS = [1, 7, 30] as const

type Signing =
  | { readonly stage: 'idle' }
  | { readonly stage: 'asking'; readonly at: number }
  | { readonly stage: 'done'; readonly json: string }
  | { readonly stage: 'failed'; readonly failure: Failure }

/** The account's signature on its claims (EIP-712), as JSON for whoever sends them. */
export function SignForRelay({
  account,
  claims,
  to,
}: {
  account: Address
  claims: readonly Claim[]
  /** Null while it is not certain where they are to be paid. */
  to: Address | null
}) {
  const config = useConfig()
  const { deployment } = useProgram()
  const now = useChainTime()
  const [days, setDays] = useState<number>(7)
  const [signing, setSigning] = useState<Signing>({ stage: 'idle' })
  const text = waysWords.sign

  async function sign() {
    if (to === null) return
    try {
      const { signClaims } = await import('./signed.ts')
      const order = { account, claims, to, deadline: BigInt(now + days * DAY) }
      const json = await signClaims(config, deployment, order, (at) => setSigning({ stage: 'asking', at }))
      setSigning({ stage: 'done', json })
    } catch (error) {
      setSigning({ stage: 'failed', failure: failureOf(error) })
    }
  }

  return (
    <section className="sign-for-relay" aria-labelledby="sign-for-relay">
      <h3 id="sign-for-relay">{text.title}</h3>
      <p className="muted">{text.text}</p>
      <div className="field field-row">
        <label htmlFor="sign-span">{text.until}</label>
        <select id="sign-span" value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {text.days(span)}
            </option>
          ))}
        </select>
      </div>
      <p className="muted small">{text.to}</p>
      <div>
        <button
          type="button"
          className="button button-quiet"
          disabled={to === null || signing.stage === 'asking'}
          onClick={() => void sign()}
        >
          {text.sign(claims.length)}
        </button>
      </div>
      <div role="status">
        {signing.stage === 'asking' && <p>{text.signing(signing.at, claims.length)}</p>}
        {signing.stage === 'done' && <p className="notice-title">{text.done}</p>}
      </div>
      {signing.stage === 'failed' && <FailureNotice failure={signing.failure} />}
      {signing.stage === 'done' && (
        <div className="field">
          <textarea readOnly rows={8} aria-label={text.output} value={signing.json} />
          <CopyButton text={signing.json} label={text.copy} />
          <p className="small">
            {text.relay} <a href={writeRoute({ view: 'relay' })}>{words.masthead.relay}</a>
          </p>
        </div>
      )}
    </section>
  )
}
