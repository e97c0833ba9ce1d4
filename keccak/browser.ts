/// <reference path="./wasm.d.ts" />
import { type Kernel, kernelOf } from './kernel.ts'
import url from './kernel.wasm?url'
import { webAssembly } from './webassembly.ts'

let kernel: Promise<Kernel | null> | undefined

const load = async (): Promise<Kernel | null> => {
  try {
    return kernelOf(await webAssembly.compileStreaming(fetch(url)))
  } catch {
    return null
  }
}

/**
 * The kernel in a browser, through Vite; null where the browser has no SIMD or the file could not be had, so that the
 * caller does without.
 */
export const browserKernel = (): Promise<Kernel | null> => {
  kernel ??= load()
  return kernel
}
