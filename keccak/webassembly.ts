// The part of WebAssembly that is used here: Node's types leave it out, a browser's and workerd's each have their own.

/** A compiled module, whoever compiled it. */
export type CompiledModule = object

type WebAssemblyApi = {
  Module: new (bytes: Uint8Array) => CompiledModule
  Instance: new (module: CompiledModule) => { exports: unknown }
  compileStreaming(response: Promise<Response>): Promise<CompiledModule>
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
