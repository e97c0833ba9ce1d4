/** The program and its deployment, known to everything under the shell. */
import { createContext, useContext } from 'react'
import type { Asset, Deployment, Program } from './api.ts'

const context = createContext<Program | null>(null)

export const ProgramProvider = context.Provider

export function useProgram(): Program {
  const program = useContext(context)
  if (program === null) throw new Error('useProgram stands outside of ProgramProvider')
  return program
}

export function tokenOf({ terms, deployment }: Program): Asset {
  return { address: deployment.token, symbol: terms.token.symbol, decimals: terms.token.decimals }
}

export function currencyOf({ terms, deployment }: Program): Asset {
  return { address: deployment.currency, symbol: terms.currency.symbol, decimals: terms.currency.decimals }
}

/** The explorer's page of a transaction or an address; null where the deployment has no explorer. */
export function explorerLink({ explorer }: Deployment, kind: 'tx' | 'address', hex: string): string | null {
  return explorer === null ? null : `${explorer.replace(/\/$/, '')}/${kind}/${hex}`
}
