import { useQuery } from '@tanstack/react-query'
import { fetchStatus, type Status } from '../api.ts'

/** How far chain and index are, asked every ten seconds; undefined while unknown. */
export function useStatus(): { status: Status | undefined; away: boolean } {
  const { data, isError } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => fetchStatus(signal),
    refetchInterval: 10_000,
  })
  return { status: data, away: isError }
}

/** The chain's time in seconds: what decides whether a claim is open. This machine's clock until the chain's is known. */
export function useChainTime(): number {
  return useStatus().status?.chain?.timestamp ?? Math.floor(Date.now() / 1000)
}
