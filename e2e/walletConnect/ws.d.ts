// What the relay uses of `ws`, which brings no types of its own.
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { AddressInfo } from 'node:net'

  export class WebSocket extends EventEmitter {
    send(text: string): void
    terminate(): void
  }
  export class WebSocketServer extends EventEmitter {
    constructor(options: { host: string; port: number })
    readonly clients: Set<WebSocket>
    address(): AddressInfo
    close(done: () => void): void
  }
}
