import { useQuery } from '@tanstack/react-query'
import { useConfig } from 'wagmi'
import type { Address } from '../api.ts'
import { useProgram } from '../program.ts'
import { holderOn } from './registry.ts'

/** What the registry says of a wallet; undefined while not known. */
export function useRegistry(wallet: Address | null): Awaited<ReturnType<typeof holderOn>> | undefined {
  const { deployment } = useProgram()
  const config = useConfig()
  const { data } = useQuery({
    queryKey: ['registry', wallet?.toLowerCase()],
    enabled: wallet !== null,
    queryFn: async () => {
      if (wallet === null) throw new RangeError('the registry is asked for a wallet')
      return holderOn(config, deployment, wallet)
    },
  })
  return data
}
