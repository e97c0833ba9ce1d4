/** Sign-In with Ethereum (EIP-4361). Loaded when somebody signs in. */
import { createSiweMessage } from 'viem/siwe'
import type { Config } from 'wagmi'
import { signMessage } from 'wagmi/actions'
import type { Address } from '../api.ts'
import { askNonce, openSession } from './api.ts'

/**
 * Has the wallet sign exactly the fields that the register's nonce came with, and opens a session.
 * @throws what `failureOf` recognises
 */
export async function signIn(config: Config, url: string, address: Address): Promise<void> {
  const { issuedAt, expirationTime, ...fields } = await askNonce(url)
  const message = createSiweMessage({
    ...(fields as unknown as Pick<
      Parameters<typeof createSiweMessage>[0],
      'domain' | 'uri' | 'nonce' | 'statement' | 'version' | 'chainId'
    >),
    address,
    issuedAt: new Date(issuedAt),
    expirationTime: new Date(expirationTime),
  })
  const signature = await signMessage(config, { account: address, message })
  await openSession(url, message, signature)
}
