import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useConfig } from 'wagmi'
import type { Address, Claim } from '../api.ts'
import type { ClaimReceipt } from '../claim/send.ts'
import { useProgram } from '../program.ts'
import { markClaimed, refreshAfterClaim } from './useClaims.ts'
import { type Sending, useSending } from './useSending.ts'

export type Claiming = Sending<ClaimReceipt>

export interface ClaimDesk {
  readonly claiming: Claiming
  /** @param to another address to pay to; without it, each claim's own account */
  readonly claim: (sender: Address, claims: readonly Claim[], to?: Address) => void
  readonly dismiss: () => void
}

/** Claims, one transaction at a time, and brings what is shown up to date afterwards. */
export function useClaiming(): ClaimDesk {
  const { deployment } = useProgram()
  const config = useConfig()
  const queries = useQueryClient()
  const { sending, send, dismiss } = useSending<ClaimReceipt>()
  const claim = useCallback(
    async (sender: Address, claims: readonly Claim[], to?: Address) => {
      await send(async (report) => {
        const { sendClaims } = await import('../claim/send.ts')
        const receipt = await sendClaims(config, { deployment, sender, claims, to: to ?? null }, report)
        markClaimed(queries, claims)
        return receipt
      })
      // Whatever happened, the chain knows better than this page what is claimed by now.
      refreshAfterClaim(queries)
    },
    [config, deployment, queries, send],
  )
  return { claiming: sending, claim: (...given) => void claim(...given), dismiss }
}
