import type { BrowserContext, Page } from 'playwright-core'
import { type Account, createWalletClient, type Hex, http, numberToHex } from 'viem'

/** What EIP-1193 and MetaMask number: a refusal by the person, and a chain the wallet does not know. */
const REFUSED = { code: 4001, message: 'User rejected the request.' }
const UNKNOWN_CHAIN = { code: 4902, message: 'Unrecognized chain ID. Add it first.' }

interface Asked {
  readonly method: string
  readonly params?: readonly unknown[]
}
type Answer = { readonly result: unknown } | { readonly error: { code: number; message: string } }

/**
 * A wallet as a browser has it: announced by EIP-6963, asked by EIP-1193. Its key never enters the browser: requests come
 * to this process, which answers, refuses, signs and sends. Nothing is disclosed before the person has agreed.
 */
export class InjectedWallet {
  readonly name = 'Test Wallet'
  /** Every request the page has made, in order. */
  readonly asked: Asked[] = []
  /** While true, the person declines whatever needs consent. */
  refusing = false
  /** A gas limit that the person sets by hand. */
  gasLimit: bigint | undefined
  /** How long the person thinks before they confirm a transaction. */
  thinking: Promise<void> = Promise.resolve()
  private approved = false
  private chainId: number
  private readonly pages = new Set<Page>()
  private account: Account
  private readonly chain: { rpcUrl: string; chainId: number }

  constructor(account: Account, chain: { rpcUrl: string; chainId: number }) {
    this.account = account
    this.chain = chain
    this.chainId = chain.chainId
  }

  /** Puts the wallet into every page of the context that is opened from now on. */
  async install(context: BrowserContext): Promise<void> {
    await context.exposeBinding('askWallet', ({ page }, asked: Asked) => {
      this.pages.add(page)
      return this.answer(asked)
    })
    await context.addInitScript(announceWallet, this.name)
  }

  /** The person chooses another account. */
  async become(account: Account): Promise<void> {
    this.account = account
    await this.tell('accountsChanged', this.approved ? [account.address] : [])
  }

  /** The person chooses another network. */
  async moveTo(chainId: number): Promise<void> {
    this.chainId = chainId
    await this.tell('chainChanged', numberToHex(chainId))
  }

  sent(): number {
    return this.asked.filter(({ method }) => method === 'eth_sendTransaction').length
  }

  private async tell(event: string, data: unknown): Promise<void> {
    for (const page of this.pages) {
      if (page.isClosed()) this.pages.delete(page)
      else await page.evaluate(dispatchWalletEvent, { event, data })
    }
  }

  /** What the wallet answers to one request, once the person has had their say. */
  async answer(asked: Asked): Promise<Answer> {
    this.asked.push(asked)
    const { method, params = [] } = asked
    switch (method) {
      case 'eth_chainId':
        return { result: numberToHex(this.chainId) }
      case 'eth_accounts':
        return { result: this.approved ? [this.account.address] : [] }
      case 'eth_requestAccounts':
        if (this.refusing) return { error: REFUSED }
        this.approved = true
        return { result: [this.account.address] }
      case 'wallet_requestPermissions':
        if (this.refusing) return { error: REFUSED }
        this.approved = true
        return {
          result: [
            {
              parentCapability: 'eth_accounts',
              caveats: [{ type: 'restrictReturnedAccounts', value: [this.account.address] }],
            },
          ],
        }
      case 'wallet_revokePermissions':
        this.approved = false
        return { result: null }
      case 'wallet_switchEthereumChain':
        return this.switchChain(params)
      case 'eth_sendTransaction':
        await this.thinking
        return this.send(params)
      case 'personal_sign':
        return this.signText(params)
      case 'eth_signTypedData_v4':
        return this.sign(params)
      case 'wallet_watchAsset':
        return this.refusing ? { error: REFUSED } : { result: true }
      default:
        return this.forward(asked)
    }
  }

  private async switchChain([wanted]: readonly unknown[]): Promise<Answer> {
    if (this.refusing) return { error: REFUSED }
    const chainId = Number((wanted as { chainId: Hex }).chainId)
    if (chainId !== this.chain.chainId) return { error: UNKNOWN_CHAIN }
    await this.moveTo(chainId)
    return { result: null }
  }

  private async send([given]: readonly unknown[]): Promise<Answer> {
    if (this.refusing) return { error: REFUSED }
    const { from, to, data } = given as { from: Hex; to: Hex; data: Hex }
    if (this.chainId !== this.chain.chainId || from.toLowerCase() !== this.account.address.toLowerCase()) {
      return { error: { code: 4100, message: 'The wallet is on another chain or account.' } }
    }
    const client = createWalletClient({ account: this.account, transport: http(this.chain.rpcUrl) })
    try {
      const gas = this.gasLimit === undefined ? {} : { gas: this.gasLimit }
      return { result: await client.sendTransaction({ to, data, chain: null, ...gas }) }
    } catch (error) {
      return { error: { code: -32_603, message: error instanceof Error ? error.message : String(error) } }
    }
  }

  private async sign([address, typed]: readonly unknown[]): Promise<Answer> {
    if (this.refusing) return { error: REFUSED }
    const { account } = this
    if (String(address).toLowerCase() !== account.address.toLowerCase() || account.type !== 'local') {
      return { error: { code: 4100, message: 'The wallet is on another account.' } }
    }
    const { domain, types, primaryType, message } = JSON.parse(String(typed))
    return { result: await account.signTypedData({ domain, types, primaryType, message }) }
  }

  private async signText([text, address]: readonly unknown[]): Promise<Answer> {
    if (this.refusing) return { error: REFUSED }
    const { account } = this
    if (String(address).toLowerCase() !== account.address.toLowerCase() || account.type !== 'local') {
      return { error: { code: 4100, message: 'The wallet is on another account.' } }
    }
    return { result: await account.signMessage({ message: { raw: text as Hex } }) }
  }

  private async forward({ method, params }: Asked): Promise<Answer> {
    if (this.chainId !== this.chain.chainId)
      return { error: { code: 4901, message: 'Another chain is chosen.' } }
    const response = await fetch(this.chain.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params ?? [] }),
    })
    return (await response.json()) as Answer
  }
}

/** Runs in the page: what happened in the wallet, handed to the provider's listeners. */
function dispatchWalletEvent({ event, data }: { event: string; data: unknown }): void {
  const window = globalThis as unknown as EventTarget
  window.dispatchEvent(new CustomEvent(`wallet:${event}`, { detail: data }))
}

/** Runs in the page: the provider, and its announcement. */
function announceWallet(name: string): void {
  type Listener = (data: unknown) => void
  const window = globalThis as unknown as EventTarget & { askWallet(asked: Asked): Promise<Answer> }
  const listeners = new Map<string, Set<Listener>>()
  for (const event of ['accountsChanged', 'chainChanged']) {
    window.addEventListener(`wallet:${event}`, (given) => {
      for (const listener of listeners.get(event) ?? []) listener((given as CustomEvent<unknown>).detail)
    })
  }
  const provider = {
    async request(asked: Asked): Promise<unknown> {
      const answer = await window.askWallet(asked)
      if ('error' in answer) throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
      return answer.result
    },
    on(event: string, listener: Listener): void {
      const known = listeners.get(event) ?? new Set()
      listeners.set(event, known.add(listener))
    },
    removeListener(event: string, listener: Listener): void {
      listeners.get(event)?.delete(listener)
    },
  }
  const icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Crect width='8' height='8' rx='2' fill='%23555'/%3E%3C/svg%3E"
  const info = { uuid: '350670db-19fa-4704-a166-e52e178b59d2', name, rdns: 'org.example.wallet', icon }
  const announce = () =>
    window.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }),
    )
  window.addEventListener('eip6963:requestProvider', announce)
  announce()
}
