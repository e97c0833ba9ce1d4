import { useQuery } from '@tanstack/react-query'
import { useConfig } from 'wagmi'
import type { PoolState } from '../claim/pool.ts'
import { useProgram } from '../program.ts'

/** The pool as the chain has it now; undefined while not known. */
export function usePool(wanted: boolean): PoolState | undefined {
  const { deployment } = useProgram()
  const config = useConfig()
  const { data } = useQuery({
    queryKey: ['pool'],
    enabled: wanted,
    staleTime: 30_000,
    queryFn: async () => (await import('../claim/pool.ts')).readPool(config, deployment),
  })
  return data
}
