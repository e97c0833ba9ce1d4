// What the flag nodejs_als gives of Node's module, and nothing else of Node.
declare module 'node:async_hooks' {
  export class AsyncLocalStorage<Store> {
    getStore(): Store | undefined
    run<Result>(store: Store, act: () => Result): Result
  }
}
