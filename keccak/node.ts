import { readFileSync } from 'node:fs'
import { type Kernel, kernelOf } from './kernel.ts'
import { webAssembly } from './webassembly.ts'

let kernel: Kernel | undefined

/** The kernel in Node: compiled when first asked for. */
export const nodeKernel = (): Kernel => {
  kernel ??= kernelOf(new webAssembly.Module(readFileSync(new URL('kernel.wasm', import.meta.url))))
  return kernel
}
