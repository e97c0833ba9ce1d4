import { useQuery } from '@tanstack/react-query'
import { fetchStatus, type Status } from '../api.ts'
import { isAway } from '../asking.ts'
import { useProgram } from '../program.ts'

/** How far chain and index are, asked every ten seconds; undefined while unknown. */
export function useStatus(): { status: Status | undefined; away: boolean } {
  const { rpcUrl } = useProgram().deployment
  const { data, isError } = useQuery({
    queryKey: ['status'],
    queryFn: async ({ signal }) => {
      try {
        return await fetchStatus(signal)
      } catch (error) {
        if (rpcUrl === null || !isAway(error)) throw error
        // Without the API the chain itself still tells the time, by which claims open.
        const { statusFromChain } = await import('../mirror/chain.ts')
        return statusFromChain(rpcUrl)
      }
    },
    refetchInterval: 10_000,
  })
  return { status: data, away: isError }
}

/** The chain's time in seconds: what decides whether a claim is open. This machine's clock until the chain's is known. */
export function useChainTime(): number {
  return useStatus().status?.chain?.timestamp ?? Math.floor(Date.now() / 1000)
}
