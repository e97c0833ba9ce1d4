import { useQuery } from '@tanstack/react-query'
import { type Address, type Estimate, fetchEstimate } from '../api.ts'
import { useProgram } from '../program.ts'

/** What the running reward month would pay, if it ended now. Null while none runs or it cannot be had; undefined while not known. */
export function useEstimate(account: Address): Estimate | null | undefined {
  const { liquidity } = useProgram().terms.streams
  const { data, isError } = useQuery({
    queryKey: ['estimate', account.toLowerCase()],
    enabled: liquidity !== null,
    queryFn: ({ signal }) => fetchEstimate(account, signal),
  })
  if (liquidity === null || (isError && data === undefined)) return null
  return data
}
