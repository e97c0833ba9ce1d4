import { useQuery } from '@tanstack/react-query'
import { useConfig } from 'wagmi'
import type { Address, Asset } from '../api.ts'
import { currencyOf, tokenOf, useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'

/** What an ERC-20 calls itself: from the program where that says it, else from the chain. Undefined while not known. */
export function useAsset(address: Address): Asset | undefined {
  const program = useProgram()
  const config = useConfig()
  const { chainId } = program.deployment
  const stated = [tokenOf(program), currencyOf(program), ...(program.assets ?? [])].find((asset) =>
    sameAddress(asset.address, address),
  )
  const { data } = useQuery({
    queryKey: ['asset', address.toLowerCase()],
    enabled: stated === undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await import('../claim/asset.ts')).readAsset(config, chainId, address),
  })
  return stated ?? data
}
