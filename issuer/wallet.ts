import { type Address, type Hash, type Hex, numberToHex } from 'viem'
import { missing, refused, shownUrl } from './refusal.ts'

/** A person with a hardware wallet reads before pressing the button. */
const PATIENCE = 600_000

const USER_REJECTED = 4001

/** A wallet that holds the key and signs when its owner agrees: any JSON-RPC endpoint with eth_sendTransaction (EIP-1474). */
export interface Wallet {
  readonly address: Address
  /**
   * Asks for a transaction to be signed and sent.
   * @param nonce asked for by number, so that of two askings for it at most one can ever be mined
   * @throws Declined when the wallet says no; Refusal when it does not answer, and then it may still send
   */
  send(call: { to: Address; data: Hex; nonce: number; value?: bigint }): Promise<Hash>
}

/** Its owner said no (EIP-1193's code 4001): it will not send. */
export class Declined extends Error {
  override name = 'Declined'
}

/** Opens a wallet, and checks that it is on the chain and has the account. */
export async function openWallet(url: string, chainId: number, address: Address): Promise<Wallet> {
  const chain = await ask(url, 'eth_chainId', [])
  if (Number(chain) !== chainId) {
    throw refused(
      `the wallet at ${shownUrl(url)} is on chain ${Number(chain)}, but the program is on ${chainId}: switch it to that chain`,
    )
  }
  let accounts = await ask(url, 'eth_accounts', [])
  // A wallet shows nothing to whom it has not been introduced.
  if (Array.isArray(accounts) && accounts.length === 0) accounts = await ask(url, 'eth_requestAccounts', [])
  const known = Array.isArray(accounts) ? accounts.map((each) => String(each).toLowerCase()) : []
  if (!known.includes(address.toLowerCase())) {
    throw refused(
      `the wallet at ${shownUrl(url)} does not have ${address}, and only the program's issuer can publish: connect that account in it`,
    )
  }
  return {
    address,
    async send({ to, data, nonce, value = 0n }) {
      const hash = await ask(url, 'eth_sendTransaction', [
        { from: address, to, data, nonce: numberToHex(nonce), value: numberToHex(value) },
      ])
      if (typeof hash === 'string' && /^0x[0-9a-fA-F]{64}$/.test(hash)) return hash.toLowerCase() as Hash
      throw missing(
        `the wallet at ${shownUrl(url)} did not answer with a transaction's hash: look in it whether it sent one, and run this again`,
      )
    },
  }
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  let answer: { result?: unknown; error?: { code?: unknown; message?: unknown } }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    })
    answer = (await response.json()) as typeof answer
  } catch (cause) {
    throw missing(
      `the wallet does not answer at ${shownUrl(url)}: open it, or set PRORATA_WALLET_URL to one that does; then run this again`,
      { cause },
    )
  }
  if (answer.error === undefined) return answer.result
  const reason = String(answer.error.message ?? 'no reason given').slice(0, 200)
  if (answer.error.code === USER_REJECTED) throw new Declined(reason)
  throw missing(`the wallet at ${shownUrl(url)} could not do ${method}: ${reason}`)
}
