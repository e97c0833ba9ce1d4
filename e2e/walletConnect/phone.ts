import { randomUUID } from 'node:crypto'
import { SignClient } from '@walletconnect/sign-client'
import type { Account } from 'viem'
import { InjectedWallet } from '../wallet.ts'

type Client = Awaited<ReturnType<typeof SignClient.init>>

/** A wallet on a phone, reached by WalletConnect: the library wallets are made with, and the same signing as the browser's. */
export class PhoneWallet {
  /** Signs, refuses and counts as the wallet of the browser does. */
  readonly wallet: InjectedWallet
  readonly #client: Client
  /** The networks that the wallet has. */
  readonly #chainIds: readonly number[]
  #account: Account
  #topic: string | undefined
  /** Told when the page has ended the session. */
  readonly left: Promise<void>

  private constructor(
    client: Client,
    account: Account,
    chain: { rpcUrl: string; chainId: number },
    chainIds: readonly number[],
  ) {
    this.wallet = new InjectedWallet(account, chain)
    this.#client = client
    this.#account = account
    this.#chainIds = chainIds
    const { promise, resolve } = Promise.withResolvers<void>()
    this.left = promise
    client.on('session_delete', () => resolve())
    client.on('session_proposal', ({ id }) => void this.#settle(id))
    client.on('session_request', async ({ id, topic, params: { request, chainId } }) => {
      // Each request names its network, whichever the wallet shows.
      await this.wallet.moveTo(Number(chainId.split(':')[1]))
      const answer = await this.wallet.answer(request)
      await client.respond({ topic, response: { id, jsonrpc: '2.0', ...answer } })
    })
  }

  static async start(
    account: Account,
    chain: { rpcUrl: string; chainId: number },
    at: { projectId: string; relayUrl: string },
    chainIds: readonly number[] = [chain.chainId, 1],
  ): Promise<PhoneWallet> {
    const client = await SignClient.init({
      ...at,
      metadata: {
        name: 'Phone',
        description: 'A wallet on a phone',
        url: 'https://phone.example',
        icons: [],
      },
      storageOptions: { database: ':memory:' },
      // The library shares one core within a process, but for the phones' names.
      customStoragePrefix: randomUUID(),
      logger: 'silent',
      telemetryEnabled: false,
    })
    return new PhoneWallet(client, account, chain, chainIds)
  }

  /** Scans the page's code. */
  async scan(uri: string): Promise<void> {
    await this.#client.pair({ uri })
  }

  /** The person chooses another account. */
  async become(account: Account): Promise<void> {
    this.#account = account
    await this.wallet.become(account)
    const { namespaces } = this
    await (await this.#client.update({ topic: this.#session(), namespaces })).acknowledged()
  }

  /** The person chooses another network. */
  async moveTo(chainId: number): Promise<void> {
    await this.wallet.moveTo(chainId)
    await this.#client.emit({
      topic: this.#session(),
      chainId: `eip155:${chainId}`,
      event: { name: 'chainChanged', data: chainId },
    })
  }

  /** The person ends the session on the phone. */
  async leave(): Promise<void> {
    await this.#client.disconnect({
      topic: this.#session(),
      reason: { code: 6000, message: 'User disconnected.' },
    })
  }

  async stop(): Promise<void> {
    await this.#client.core.relayer.transportClose()
    this.#client.core.heartbeat.stop()
  }

  get namespaces() {
    const chains = this.#chainIds.map((id) => `eip155:${id}`)
    return {
      eip155: {
        chains,
        accounts: chains.map((chain) => `${chain}:${this.#account.address}`),
        methods: [
          'eth_sendTransaction',
          'personal_sign',
          'eth_signTypedData_v4',
          'wallet_switchEthereumChain',
          'wallet_watchAsset',
        ],
        events: ['accountsChanged', 'chainChanged'],
      },
    }
  }

  async #settle(id: number): Promise<void> {
    if (this.wallet.refusing) {
      return this.#client.reject({ id, reason: { code: 5000, message: 'User rejected.' } })
    }
    await this.wallet.answer({ method: 'eth_requestAccounts' })
    const { topic } = await this.#client.approve({ id, namespaces: this.namespaces })
    this.#topic = topic
  }

  #session(): string {
    if (this.#topic === undefined) throw new Error('no page is connected: scan its code first')
    return this.#topic
  }
}
