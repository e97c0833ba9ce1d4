import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useConfig } from 'wagmi'
import type { Address } from '../api.ts'
import { ConnectWallet } from '../claim/ConnectWallet.tsx'
import { failureOf } from '../failures.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { FailureNotice, Notice, RetryButton } from '../parts/Notice.tsx'
import { useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'
import { words } from '../words/index.ts'
import { registerWords as text } from '../words/register.ts'
import { type About, closeSession, fetchAbout, fetchEntry, fetchSession } from './api.ts'
import { EntryForm } from './EntryForm.tsx'
import { OwnData } from './OwnData.tsx'
import { useAct } from './useAct.ts'

/** Where an investor enters, sees what is held, and has it deleted. */
export default function RegisterView() {
  const { registerUrl } = useProgram().deployment
  return (
    <>
      <header className="view-heading">
        <h1 tabIndex={-1}>{text.title}</h1>
        <p className="lead">{text.lead}</p>
      </header>
      {registerUrl === null ? <Notice tone="plain" title={text.none} /> : <RegisterAt url={registerUrl} />}
    </>
  )
}

function RegisterAt({ url }: { url: string }) {
  const { address } = useWallet()
  const about = useQuery({
    queryKey: ['register', url],
    queryFn: ({ signal }) => fetchAbout(url, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const session = useQuery({
    queryKey: ['register-session', url],
    queryFn: ({ signal }) => fetchSession(url, signal),
  })
  const error = about.error ?? session.error
  if (error !== null) {
    const retry = () => {
      void about.refetch()
      void session.refetch()
    }
    return <FailureNotice failure={failureOf(error)} actions={<RetryButton retry={retry} />} />
  }
  if (about.data === undefined || session.data === undefined) {
    return (
      <p className="muted" role="status">
        {words.loading}
      </p>
    )
  }
  if (address === undefined) {
    return (
      <section className="sheet" aria-label={words.wallet.connect}>
        <p>{text.connectFirst}</p>
        <ConnectWallet />
      </section>
    )
  }
  const isOwn = session.data !== null && sameAddress(session.data.wallet, address)
  return isOwn ? (
    <OwnEntry key={address} url={url} about={about.data} />
  ) : (
    <SignIn url={url} address={address} />
  )
}

function SignIn({ url, address }: { url: string; address: Address }) {
  const config = useConfig()
  const queries = useQueryClient()
  const { busy, failure, act } = useAct()
  const press = () =>
    act(async () => {
      const { signIn } = await import('./signIn.ts')
      await signIn(config, url, address)
      await queries.invalidateQueries({ queryKey: ['register-session'] })
    })
  return (
    <section className="sheet" aria-label={text.signIn}>
      <p>{text.signInText}</p>
      {failure !== null && <FailureNotice failure={failure} />}
      <div>
        <button type="button" className="button" disabled={busy} onClick={press}>
          {text.signIn}
        </button>
      </div>
    </section>
  )
}

function OwnEntry({ url, about }: { url: string; about: About }) {
  const queries = useQueryClient()
  const { busy, failure, act } = useAct()
  const { data, error, refetch } = useQuery({
    queryKey: ['register-entry', url],
    queryFn: ({ signal }) => fetchEntry(url, signal),
    // What is being typed is not to be overwritten.
    refetchOnWindowFocus: false,
  })
  const leave = () => {
    queries.removeQueries({ queryKey: ['register-entry'] })
    queries.setQueryData(['register-session', url], null)
  }
  const signOut = () =>
    act(async () => {
      await closeSession(url)
      leave()
    })
  if (error !== null) {
    return <FailureNotice failure={failureOf(error)} actions={<RetryButton retry={() => void refetch()} />} />
  }
  if (data === undefined) {
    return (
      <p className="muted" role="status">
        {words.loading}
      </p>
    )
  }
  return (
    <>
      <EntryForm url={url} about={about} entry={data} />
      <OwnData url={url} isEntered={data !== null} left={leave} />
      {failure !== null && <FailureNotice failure={failure} />}
      <div>
        <button type="button" className="button button-quiet" disabled={busy} onClick={signOut}>
          {text.signOut}
        </button>
      </div>
    </>
  )
}
