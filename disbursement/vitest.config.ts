import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  cacheDir: fileURLToPath(new URL('../node_modules/.vite/disbursement', import.meta.url)),
  test: {
    name: 'disbursement',
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['**/*.test.ts'],
    // Pure functions share nothing, so the files may share one worker.
    isolate: false,
    testTimeout: 120_000,
  },
})
