import { type QueryClient, useQuery } from '@tanstack/react-query'
import { lazy, useEffect, useMemo, useRef } from 'react'
import { WagmiProvider } from 'wagmi'
import { type Address, fetchProgram, type Program } from './api.ts'
import { FrontView } from './claim/FrontView.tsx'
import { HolderView } from './claim/HolderView.tsx'
import { Footer } from './Footer.tsx'
import { failureOf } from './failures.ts'
import { claimsQuery } from './hooks/useClaims.ts'
import { distributionsQuery } from './hooks/useDistributions.ts'
import { holderQuery } from './hooks/useHolder.ts'
import { goTo, useRoute } from './hooks/useRoute.ts'
import { useWalletState, WalletStateProvider } from './hooks/useWallet.ts'
import { Masthead } from './Masthead.tsx'
import { CopyNotice } from './mirror/CopyNotice.tsx'
import { Later } from './parts/Later.tsx'
import { FailureSentence, RetryButton } from './parts/Notice.tsx'
import { HatchPattern } from './parts/ShareBar.tsx'
import { ProgramProvider, useProgram } from './program.ts'
import { type Route, readRoute, sameAddress, writeRoute } from './route.ts'
import { walletConfig } from './wallet.ts'
import { words } from './words/index.ts'

const views = {
  dashboard: () => import('./dashboard/Dashboard.tsx'),
  check: () => import('./check/CheckView.tsx'),
  wallets: () => import('./wallets/WalletsView.tsx'),
  issuer: () => import('./issuer/IssuerView.tsx'),
  polls: () => import('./polls/PollsView.tsx'),
  relay: () => import('./relay/RelayView.tsx'),
  register: () => import('./register/RegisterView.tsx'),
} as const

const Dashboard = lazy(views.dashboard)
const CheckView = lazy(views.check)
const WalletsView = lazy(views.wallets)
const IssuerView = lazy(views.issuer)
const PollsView = lazy(views.polls)
const RelayView = lazy(views.relay)
const RegisterView = lazy(views.register)
const ScanCode = lazy(() => import('./walletConnect/ScanCode.tsx'))

/** Asks for what the first view needs while the program is still being read. */
export function anticipate(queries: QueryClient): void {
  const route = readRoute(window.location.hash)
  // What fails here fails again where it is shown, and has its sentence there.
  if (route.view !== 'claim') return void views[route.view]().catch(() => {})
  void queries.prefetchQuery(distributionsQuery)
  if (route.address === null) return
  void queries.prefetchQuery(holderQuery(route.address))
  void queries.prefetchQuery(claimsQuery(route.address))
}

/** Reads what the program is, then shows it. */
export function App() {
  const { data, error, refetch } = useQuery({
    queryKey: ['program'],
    queryFn: ({ signal }) => fetchProgram(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (data !== undefined) return <WithProgram program={data} />
  return (
    <main className="page">
      {error === null ? (
        <p className="muted" role="status">
          {words.loading}
        </p>
      ) : (
        <FailureSentence
          failure={failureOf(error)}
          network=""
          actions={<RetryButton retry={() => void refetch()} />}
        />
      )}
    </main>
  )
}

function WithProgram({ program }: { program: Program }) {
  const config = useMemo(() => walletConfig(program.deployment), [program.deployment])
  return (
    <WagmiProvider config={config}>
      <ProgramProvider value={program}>
        <WithWallet />
      </ProgramProvider>
    </WagmiProvider>
  )
}

function WithWallet() {
  const wallet = useWalletState()
  const route = useRoute()
  useOwnAddress(wallet.address, route)
  useArrival(route)
  return (
    <WalletStateProvider value={wallet}>
      <HatchPattern />
      <button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
        {words.skip}
      </button>
      <Masthead route={route} />
      <main id="content" className="page" tabIndex={-1}>
        <CopyNotice />
        <View route={route} />
        {wallet.code !== null && (
          <Later quiet>
            <ScanCode code={wallet.code} />
          </Later>
        )}
      </main>
      <Footer />
    </WalletStateProvider>
  )
}

function View({ route }: { route: Route }) {
  if (route.view === 'claim') {
    if (route.address === null) return <FrontView />
    return <HolderView key={route.address.toLowerCase()} address={route.address} />
  }
  return (
    <Later key={route.view}>
      <LazyView route={route} />
    </Later>
  )
}

/** What few visitors open is loaded when they do. */
function LazyView({ route }: { route: Exclude<Route, { view: 'claim' }> }) {
  switch (route.view) {
    case 'dashboard':
      return <Dashboard />
    case 'check':
      return <CheckView key={route.id} id={route.id} />
    case 'polls':
      return <PollsView key={route.id} id={route.id} />
    case 'wallets':
      return <WalletsView />
    case 'issuer':
      return <IssuerView />
    case 'relay':
      return <RelayView />
    case 'register':
      return <RegisterView />
  }
}

/** Who connects sees their own address; who changes accounts while looking at the old one sees the new one. */
function useOwnAddress(own: Address | undefined, route: Route): void {
  const before = useRef<Address | undefined>(undefined)
  useEffect(() => {
    const previous = before.current
    before.current = own
    if (own === undefined || own === previous || route.view !== 'claim') return
    const following = previous !== undefined && route.address !== null && sameAddress(route.address, previous)
    if (route.address === null || following) goTo({ view: 'claim', address: own })
  }, [own, route])
}

/** A new view begins at its heading: for the document's title, for the keyboard, and for a screen reader. */
function useArrival(route: Route): void {
  const { token } = useProgram().terms
  const place = writeRoute(route)
  const first = useRef(true)
  useEffect(() => {
    document.title = words.documentTitle(words.masthead[route.view], token.symbol)
  }, [route.view, token.symbol])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what changes
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    window.scrollTo(0, 0)
    const heading = document.querySelector<HTMLElement>('h1') ?? document.getElementById('content')
    heading?.focus({ preventScroll: true })
  }, [place])
}
