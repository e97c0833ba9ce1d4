import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  cacheDir: fileURLToPath(new URL('../node_modules/.vite/keccak', import.meta.url)),
  test: {
    name: 'keccak',
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['test/*.test.ts'],
    isolate: false,
    testTimeout: 120_000,
  },
})
