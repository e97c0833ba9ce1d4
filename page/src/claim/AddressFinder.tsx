import { type FormEvent, useState } from 'react'
import { type Failure, failureOf } from '../failures.ts'
import { goTo } from '../hooks/useRoute.ts'
import { FailureNotice } from '../parts/Notice.tsx'
import { useProgram } from '../program.ts'
import { isAddress } from '../route.ts'
import { ENS_CHAINS } from '../wallet.ts'
import { words } from '../words/index.ts'

const text = words.finder

/** The field that finds an address, or where the chain has names, a name. */
export function AddressFinder() {
  const { chainId, network, rpcUrl } = useProgram().deployment
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isLooking, setLooking] = useState(false)
  const hasNames = ENS_CHAINS.includes(chainId)

  async function submit(event: FormEvent) {
    event.preventDefault()
    const asked = typed.trim()
    if (isAddress(asked)) return goTo({ view: 'claim', address: asked })
    if (!/^[^\s.]+(\.[^\s.]+)+$/u.test(asked)) return setProblem(text.bad)
    if (!hasNames) return setProblem(text.noNames(network))
    setLooking(true)
    try {
      const { addressOf } = await import('./names.ts')
      const address = await addressOf(asked, chainId, rpcUrl)
      if (address === null) setProblem(text.unknownName(asked))
      else goTo({ view: 'claim', address })
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setLooking(false)
    }
  }

  return (
    <form className="finder" onSubmit={(event) => void submit(event)} noValidate>
      <label htmlFor="address">{hasNames ? text.labelNamed : text.label}</label>
      <div className="finder-row">
        <input
          id="address"
          name="address"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value)
            setProblem(null)
            setFailure(null)
          }}
          placeholder={hasNames ? text.placeholderNamed : text.placeholder}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : 'address-bad'}
        />
        <button type="submit" className="button" disabled={isLooking}>
          {text.submit}
        </button>
      </div>
      {isLooking && <p role="status">{text.looking}</p>}
      {problem !== null && (
        <p id="address-bad" className="field-error" role="alert">
          {problem}
        </p>
      )}
      {failure !== null && <FailureNotice failure={failure} />}
    </form>
  )
}
