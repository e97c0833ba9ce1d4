import { useQuery } from '@tanstack/react-query'
import { type Distribution, fetchDistributions } from '../api.ts'
import { type Failure, failureOf } from '../failures.ts'

export interface DistributionsReading {
  /** In the order they were opened. */
  readonly distributions: readonly Distribution[] | undefined
  readonly failure: Failure | null
  readonly retry: () => void
}

export const distributionsQuery = {
  queryKey: ['distributions'],
  queryFn: ({ signal }: { signal: AbortSignal }) => fetchDistributions(signal),
}

/** Every payout the issuer published. */
export function useDistributions(): DistributionsReading {
  const { data, error, refetch } = useQuery(distributionsQuery)
  return {
    distributions: data?.toSorted((one, other) => one.opensAt - other.opensAt),
    failure: error && data === undefined ? failureOf(error) : null,
    retry: () => void refetch(),
  }
}
