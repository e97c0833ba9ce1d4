import { useQuery } from '@tanstack/react-query'
import { type Address, fetchHolder, type Holder } from '../api.ts'
import { type Failure, failureOf } from '../failures.ts'

export interface HolderReading {
  /** Null: never held the token. Undefined: not known yet, or not to be had. */
  readonly holder: Holder | null | undefined
  readonly failure: Failure | null
  readonly retry: () => void
}

export const holderQuery = (account: Address) => ({
  queryKey: ['holder', account.toLowerCase()],
  queryFn: ({ signal }: { signal: AbortSignal }) => fetchHolder(account, signal),
})

/** One holder's lots, custody and entitlement, with all linked wallets, whichever of them is asked for. */
export function useHolder(account: Address): HolderReading {
  const { data, error, refetch } = useQuery(holderQuery(account))
  return {
    holder: data,
    failure: error && data === undefined ? failureOf(error) : null,
    retry: () => void refetch(),
  }
}
