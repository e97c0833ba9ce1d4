/// <reference path="./wasm.d.ts" />
// A Worker may not compile at run time: wrangler compiles the module that is imported here.
import { type Kernel, kernelOf } from './kernel.ts'
import module from './kernel.wasm'

let kernel: Kernel | undefined

/** The kernel in workerd: instantiated when first asked for, which costs a Worker's start nothing. */
export const workerKernel = (): Kernel => {
  kernel ??= kernelOf(module)
  return kernel
}
