import { type QueryClient, useQueries } from '@tanstack/react-query'
import { type Address, type Claim, fetchClaims, type Holder } from '../api.ts'
import { type Failure, failureOf } from '../failures.ts'

export interface ClaimsReading {
  readonly claims: readonly Claim[] | undefined
  readonly failure: Failure | null
  readonly retry: () => void
}

const keyOf = (account: string) => ['claims', account.toLowerCase()]

export const claimsQuery = (account: Address) => ({
  queryKey: keyOf(account),
  queryFn: ({ signal }: { signal: AbortSignal }) => fetchClaims(account, signal),
})

/** Every account a holder was paid under: its wallets, its recipient, and the address that was asked for. */
export function accountsOf(asked: Address, holder: Holder | null | undefined): Address[] {
  const position = holder?.position
  const all = position ? [asked, position.holder, ...position.wallets, position.recipient] : [asked]
  const unique = new Map(
    all.filter((account) => account !== null).map((account) => [account.toLowerCase(), account]),
  )
  return [...unique.values()]
}

/** What `accounts` may claim or have claimed, in the order it was published. */
export function useClaims(accounts: readonly Address[]): ClaimsReading {
  return useQueries({
    queries: accounts.map(claimsQuery),
    combine: (answers) => {
      const error = answers.find((answer) => answer.error !== null && answer.data === undefined)?.error
      const known = answers.every((answer) => answer.data !== undefined)
      return {
        claims: known ? answers.flatMap((answer) => answer.data ?? []).sort(byOpening) : undefined,
        failure: error ? failureOf(error) : null,
        retry: () => {
          for (const answer of answers) void answer.refetch()
        },
      }
    },
  })
}

function byOpening(one: Claim, other: Claim): number {
  return one.opensAt - other.opensAt || one.period.localeCompare(other.period)
}

/** Marks claims as paid at once, from the receipt, and asks the server again. */
export function markClaimed(queries: QueryClient, paid: readonly Claim[]): void {
  const ids = new Set(paid.map((claim) => `${claim.id}/${claim.index}`))
  for (const account of new Set(paid.map((claim) => claim.account))) {
    queries.setQueryData<Claim[]>(keyOf(account), (claims) =>
      claims?.map((claim) => (ids.has(`${claim.id}/${claim.index}`) ? { ...claim, claimed: true } : claim)),
    )
  }
}

/** Everything that a transaction may have changed. */
export function refreshAfterClaim(queries: QueryClient): void {
  for (const key of ['claims', 'status', 'figures']) void queries.invalidateQueries({ queryKey: [key] })
}
