import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

interface Request {
  readonly id: number | string
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
}

interface Letter {
  readonly topic: string
  readonly message: string
  readonly publishedAt: number
  readonly tag: number
}

/**
 * A relay as WalletConnect's: carries sealed messages between whoever subscribes to a topic, over JSON-RPC 2.0 on a
 * WebSocket, and keeps each for those who subscribe later. It reads none of them.
 */
export class Relay {
  /** The project ids with which somebody has connected, in order. */
  readonly visitors: (string | null)[] = []
  /** The pairings in which somebody has proposed a session, in order. */
  readonly proposed: string[] = []
  readonly #server: WebSocketServer
  readonly #subscribers = new Map<string, Set<WebSocket>>()
  readonly #kept = new Map<string, Letter[]>()
  /** Which of the letters somebody published, so that none comes back to its sender. */
  readonly #senders = new WeakMap<Letter, WebSocket>()
  #next = 1
  #away = false

  private constructor(server: WebSocketServer) {
    this.#server = server
    server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
      if (this.#away) return socket.terminate()
      this.visitors.push(new URL(request.url ?? '/', 'ws://relay').searchParams.get('projectId'))
      socket.on('message', (data: Buffer) => this.#hear(socket, JSON.parse(data.toString())))
      socket.on('close', () => {
        for (const sockets of this.#subscribers.values()) sockets.delete(socket)
      })
    })
  }

  static async start(): Promise<Relay> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    return new Relay(server)
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server.address().port}`
  }

  /** Hangs up, and takes no calls until it is back. */
  leave(): void {
    this.#away = true
    for (const socket of this.#server.clients) socket.terminate()
  }

  comeBack(): void {
    this.#away = false
  }

  async stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate()
    await new Promise<void>((resolve) => this.#server.close(resolve))
  }

  #hear(socket: WebSocket, { id, method, params = {} }: Request): void {
    // What carries no method acknowledges a letter.
    if (method === undefined) return
    const text = (name: string): string => String(params[name])
    const topics = () => params.topics as string[]
    const answer = (result: unknown) => socket.send(JSON.stringify({ id, jsonrpc: '2.0', result }))
    switch (method) {
      case 'irn_subscribe':
        answer(subscription(text('topic')))
        this.#subscribe(socket, text('topic'))
        return
      case 'irn_batchSubscribe':
        answer(topics().map(subscription))
        for (const topic of topics()) this.#subscribe(socket, topic)
        return
      case 'irn_unsubscribe':
        this.#subscribers.get(text('topic'))?.delete(socket)
        answer(true)
        return
      case 'irn_batchFetchMessages':
        answer({
          messages: topics().flatMap((topic) => this.#lettersFor(socket, topic)),
          hasMore: false,
        })
        return
      case 'irn_publish':
        answer(true)
        this.#publish(socket, text('topic'), text('message'), Number(params.tag ?? 0))
        return
      // The proposer hears its pairing, and the wallet its session, without subscribing once more.
      case 'wc_proposeSession':
        this.proposed.push(text('pairingTopic'))
        answer(true)
        this.#subscribe(socket, text('pairingTopic'))
        this.#publish(socket, text('pairingTopic'), text('sessionProposal'), 1100)
        return
      case 'wc_approveSession':
        answer(true)
        this.#subscribe(socket, text('sessionTopic'))
        this.#publish(socket, text('pairingTopic'), text('sessionProposalResponse'), 1101)
        this.#publish(socket, text('sessionTopic'), text('sessionSettlementRequest'), 1102)
        return
      default:
        socket.send(
          JSON.stringify({ id, jsonrpc: '2.0', error: { code: -32_601, message: `no method ${method}` } }),
        )
    }
  }

  #subscribe(socket: WebSocket, topic: string): void {
    const sockets = this.#subscribers.get(topic) ?? new Set()
    this.#subscribers.set(topic, sockets.add(socket))
    for (const letter of this.#lettersFor(socket, topic)) this.#deliver(socket, letter)
  }

  #publish(from: WebSocket, topic: string, message: string, tag: number): void {
    const letter = { topic, message, publishedAt: Date.now(), tag }
    this.#senders.set(letter, from)
    this.#kept.set(topic, [...(this.#kept.get(topic) ?? []), letter])
    for (const socket of this.#subscribers.get(topic) ?? [])
      if (socket !== from) this.#deliver(socket, letter)
  }

  #lettersFor(socket: WebSocket, topic: string): Letter[] {
    return (this.#kept.get(topic) ?? []).filter((letter) => this.#senders.get(letter) !== socket)
  }

  #deliver(socket: WebSocket, letter: Letter): void {
    const params = { id: subscription(letter.topic), data: letter }
    socket.send(JSON.stringify({ id: this.#next++, jsonrpc: '2.0', method: 'irn_subscription', params }))
  }
}

const subscription = (topic: string) => `subscription-${topic}`
