import { type FormEvent, useState } from 'react'
import { goTo } from '../hooks/useRoute.ts'
import { isAddress } from '../route.ts'
import { words } from '../words/index.ts'

/** The field that finds an address. */
export function AddressFinder() {
  const [text, setText] = useState('')
  const [bad, setBad] = useState(false)

  function submit(event: FormEvent) {
    event.preventDefault()
    const address = text.trim()
    if (!isAddress(address)) return setBad(true)
    goTo({ view: 'claim', address })
  }

  return (
    <form className="finder" onSubmit={submit} noValidate>
      <label htmlFor="address">{words.finder.label}</label>
      <div className="finder-row">
        <input
          id="address"
          name="address"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value)
            setBad(false)
          }}
          placeholder={words.finder.placeholder}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={bad}
          aria-describedby={bad ? 'address-bad' : undefined}
        />
        <button type="submit" className="button">
          {words.finder.submit}
        </button>
      </div>
      {bad && (
        <p id="address-bad" className="field-error" role="alert">
          {words.finder.bad}
        </p>
      )}
    </form>
  )
}
