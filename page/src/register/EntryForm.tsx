import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { writeAmount } from '../amounts.ts'
import { readAmount } from '../claim/whatIf.ts'
import { writeDay } from '../moments.ts'
import { FailureNotice } from '../parts/Notice.tsx'
import { registerWords as text } from '../words/register.ts'
import { type About, type Entry, putEntry } from './api.ts'
import { useAct } from './useAct.ts'

/** Name, e-mail and pledge: to be changed until the issuer decides. */
export function EntryForm({ url, about, entry }: { url: string; about: About; entry: Entry | null }) {
  const queries = useQueryClient()
  const { busy, failure, act } = useAct()
  const { currency, privacy } = about
  const [name, setName] = useState(entry?.name ?? '')
  const [email, setEmail] = useState(entry?.email ?? '')
  const [typed, setTyped] = useState(
    entry === null ? '' : writeAmount(entry.pledge, currency.decimals, 0, currency.decimals).exact,
  )
  const [agrees, setAgrees] = useState(false)
  const [saved, setSaved] = useState(false)
  const pledge = readAmount(typed, currency.decimals)
  const isOpen = entry === null || entry.status === 'pending'
  const isPledgeBad = typed !== '' && (pledge === null || pledge === 0n)
  const isReady = name.trim() !== '' && email.trim() !== '' && pledge !== null && pledge > 0n && agrees

  function submit(event: FormEvent) {
    event.preventDefault()
    if (pledge === null || !isReady) return
    setSaved(false)
    act(async () => {
      const given = { name: name.trim(), email: email.trim(), pledge, consent: privacy.version }
      queries.setQueryData(['register-entry', url], await putEntry(url, given))
      setSaved(true)
    })
  }

  return (
    <section className="sheet" aria-labelledby="entry">
      <h2 id="entry">{text.entry}</h2>
      <p>
        <span className={`pill pill-${entry?.status ?? 'none'}`}>{text.states[entry?.status ?? 'none']}</span>{' '}
        {entry?.reason != null && `${text.reason} ${entry.reason}`}
      </p>
      {!isOpen && <p className="muted">{text.decided}</p>}
      <form className="entry-form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="entry-name">{text.name}</label>
          <input
            id="entry-name"
            autoComplete="name"
            maxLength={200}
            value={name}
            disabled={!isOpen}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="entry-email">{text.email}</label>
          <input
            id="entry-email"
            type="email"
            autoComplete="email"
            maxLength={254}
            value={email}
            disabled={!isOpen}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="entry-pledge">{text.pledge(currency.symbol)}</label>
          <input
            id="entry-pledge"
            inputMode="decimal"
            autoComplete="off"
            value={typed}
            disabled={!isOpen}
            aria-invalid={isPledgeBad}
            aria-describedby="entry-pledge-bad"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <p id="entry-pledge-bad" className="field-error" role="status">
            {isPledgeBad && text.pledgeBad(currency.symbol, currency.decimals)}
          </p>
        </div>
        {isOpen && (
          <>
            <label className="check">
              <input
                type="checkbox"
                checked={agrees}
                onChange={(event) => setAgrees(event.currentTarget.checked)}
              />{' '}
              {text.consent}{' '}
              <a href={privacy.url} target="_blank" rel="noreferrer">
                {text.privacy}
              </a>{' '}
              {text.version(privacy.version)}
            </label>
            {failure !== null && <FailureNotice failure={failure} />}
            <div>
              <button type="submit" className="button" disabled={busy || !isReady}>
                {entry === null ? text.enter : text.change}
              </button>
            </div>
          </>
        )}
        <p role="status">{saved && text.saved}</p>
      </form>
      {entry !== null && <p className="muted small">{text.kept(writeDay(entry.deleteAfter))}</p>}
    </section>
  )
}
