import { createContext, useContext, useEffect, useState } from 'react'
import { useConnect, useConnection, useConnectors, useDisconnect, useSwitchChain } from 'wagmi'
import type { Address } from '../api.ts'
import { type Failure, failureOf } from '../failures.ts'
import { useProgram } from '../program.ts'
import { type ConnectionCode, isConnectionCode } from '../walletConnect/connector.ts'

export interface OfferedWallet {
  readonly id: string
  readonly name: string
  readonly icon: string | undefined
  readonly connect: () => void
}

export interface Wallet {
  readonly address: Address | undefined
  readonly name: string | undefined
  /** Connected, but to another chain than the program's. */
  readonly wrongChain: boolean
  readonly busy: boolean
  readonly offered: readonly OfferedWallet[]
  /** While WalletConnect waits for a wallet: what it is to scan. */
  readonly code: ConnectionCode | null
  readonly failure: Failure | null
  readonly disconnect: () => void
  readonly switchChain: () => void
}

/**
 * The wallets that can be connected (EIP-6963, WalletConnect), the one that is connected, and the chain it is on. Made once,
 * in the shell.
 */
export function useWalletState(): Wallet {
  const { chainId: wanted } = useProgram().deployment
  const { address, chainId, connector, status } = useConnection()
  const connectors = useConnectors()
  const connecting = useConnect()
  const code = useConnectionCode(connectors)
  const disconnecting = useDisconnect()
  const switching = useSwitchChain()
  const wrongChain = address !== undefined && chainId !== wanted
  const error = (wrongChain ? switching.error : null) ?? (address === undefined ? connecting.error : null)
  return {
    address,
    name: connector?.name,
    wrongChain,
    busy: status === 'connecting' || connecting.isPending || switching.isPending,
    offered: connectors.map((offered) => ({
      id: offered.uid,
      name: offered.name,
      icon: offered.icon,
      connect: () => connecting.mutate({ connector: offered }),
    })),
    code:
      connecting.isPending && code !== null
        ? {
            uri: code.uri,
            cancel: () => {
              connecting.reset()
              code.cancel()
            },
          }
        : null,
    failure: error ? failureOf(error) : null,
    disconnect: () => {
      connecting.reset()
      disconnecting.mutate({})
    },
    switchChain: () => switching.mutate({ chainId: wanted }),
  }
}

/** The last code that a connector has made for a wallet to scan. */
function useConnectionCode(connectors: ReturnType<typeof useConnectors>): ConnectionCode | null {
  const [code, setCode] = useState<ConnectionCode | null>(null)
  useEffect(() => {
    const hear = ({ type, data }: { type: string; data?: unknown }) => {
      if (type === 'connection_code') setCode(isConnectionCode(data) ? data : null)
    }
    for (const { emitter } of connectors) emitter.on('message', hear)
    return () => {
      for (const { emitter } of connectors) emitter.off('message', hear)
    }
  }, [connectors])
  return code
}

const context = createContext<Wallet | null>(null)

export const WalletStateProvider = context.Provider

export function useWallet(): Wallet {
  const wallet = useContext(context)
  if (wallet === null) throw new Error('useWallet stands outside of WalletStateProvider')
  return wallet
}
