import assert from 'node:assert/strict'
import type { Address, Hex } from 'viem'
import { createSiweMessage } from 'viem/siwe'

/** A wallet that can sign a text: a key's, or a contract's through its owner's key. */
export interface Signer {
  readonly address: Address
  signMessage(given: { message: string }): Promise<Hex>
}

/** What an investor's page does with the register, by nothing but HTTP. */
export function visit(registerUrl: string, pageOrigin: string, signer: Signer) {
  let cookie = ''
  const ask = (method: string, path: string, json?: unknown) =>
    fetch(registerUrl + path, {
      method,
      headers: {
        origin: pageOrigin,
        ...(cookie && { cookie }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })

  return {
    ask,
    /** @returns the answer's status: 201 when signed in */
    async signIn(): Promise<number> {
      const nonce = await ask('POST', '/v1/nonces')
      assert.equal(nonce.status, 201, await nonce.clone().text())
      const { issuedAt, expirationTime, ...fields } = (await nonce.json()) as Record<
        'domain' | 'uri' | 'nonce' | 'statement' | 'issuedAt' | 'expirationTime',
        string
      > & { version: '1'; chainId: number }
      const message = createSiweMessage({
        ...fields,
        address: signer.address,
        issuedAt: new Date(issuedAt),
        expirationTime: new Date(expirationTime),
      })
      const signature = await signer.signMessage({ message })
      const session = await ask('POST', '/v1/session', { message, signature })
      if (session.status === 201) cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
      return session.status
    },
    async enter(entry: { name: string; email: string; pledge: string; consent?: string }): Promise<void> {
      const response = await ask('PUT', '/v1/entry', { consent: '2025-10', ...entry })
      assert.equal(response.status, 201, await response.text())
    },
    async proof(): Promise<{ root: Hex; proof: Hex[] }> {
      const response = await ask('GET', '/v1/entry/proof')
      assert.equal(response.status, 200, await response.clone().text())
      return (await response.json()) as { root: Hex; proof: Hex[] }
    },
  }
}
