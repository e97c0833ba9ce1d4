import { useQuery } from '@tanstack/react-query'
import { useConfig } from 'wagmi'
import type { Address, Claim } from '../api.ts'
import type { Fee } from '../claim/fee.ts'
import { useProgram } from '../program.ts'

/** What claiming would cost `sender` now; undefined while not known, or where the chain would refuse. */
export function useFee(sender: Address | undefined, claims: readonly Claim[]): Fee | undefined {
  const { deployment } = useProgram()
  const config = useConfig()
  const { data } = useQuery({
    queryKey: ['fee', sender, claims.map(({ id, account }) => `${id}/${account}`)],
    enabled: sender !== undefined && claims.length > 0,
    staleTime: 30_000,
    queryFn: async () => {
      if (sender === undefined) throw new RangeError('a fee is somebody’s')
      const { feeOf } = await import('../claim/fee.ts')
      return feeOf(config, { deployment, sender, claims, to: null })
    },
  })
  return data
}
