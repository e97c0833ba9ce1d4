import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'disbursement',
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['**/*.test.ts'],
    // Pure functions share nothing, so the files may share one worker.
    isolate: false,
    testTimeout: 20_000,
  },
})
