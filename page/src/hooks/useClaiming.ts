import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useConfig } from 'wagmi'
import type { Address, Claim, Hex } from '../api.ts'
import type { ClaimReceipt } from '../claim/send.ts'
import { type Failure, failureOf } from '../failures.ts'
import { useProgram } from '../program.ts'
import { markClaimed, refreshAfterClaim } from './useClaims.ts'

export type Claiming =
  | { readonly stage: 'idle' }
  | { readonly stage: 'checking' | 'asking'; readonly claims: readonly Claim[] }
  | { readonly stage: 'waiting'; readonly claims: readonly Claim[]; readonly transaction: Hex }
  | { readonly stage: 'done'; readonly claims: readonly Claim[]; readonly receipt: ClaimReceipt }
  | {
      readonly stage: 'failed'
      readonly claims: readonly Claim[]
      readonly failure: Failure
      readonly transaction: Hex | null
    }

export function isUnderWay({ stage }: Claiming): boolean {
  return stage === 'checking' || stage === 'asking' || stage === 'waiting'
}

/** One transaction at a time, from the press of the button to the receipt or the reason why not. */
export function useClaiming(): {
  claiming: Claiming
  claim: (sender: Address, claims: readonly Claim[]) => void
  dismiss: () => void
} {
  const { deployment } = useProgram()
  const config = useConfig()
  const queries = useQueryClient()
  const [claiming, setClaiming] = useState<Claiming>({ stage: 'idle' })

  const claim = useCallback(
    async (sender: Address, claims: readonly Claim[]) => {
      let transaction: Hex | null = null
      setClaiming({ stage: 'checking', claims })
      try {
        const { sendClaims } = await import('../claim/send.ts')
        const receipt = await sendClaims(config, { deployment, sender, claims }, (step) => {
          if (step.stage === 'waiting') transaction = step.transaction
          setClaiming({ ...step, claims })
        })
        markClaimed(queries, claims)
        setClaiming({ stage: 'done', claims, receipt })
      } catch (error) {
        setClaiming({ stage: 'failed', claims, failure: failureOf(error), transaction })
      }
      // Whatever happened, the chain knows better than this page what is claimed by now.
      refreshAfterClaim(queries)
    },
    [config, deployment, queries],
  )
  return {
    claiming,
    claim: (sender, claims) => void claim(sender, claims),
    dismiss: () => setClaiming({ stage: 'idle' }),
  }
}
