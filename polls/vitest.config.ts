import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  cacheDir: fileURLToPath(new URL('../node_modules/.vite/polls', import.meta.url)),
  test: {
    name: 'polls',
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['test/*.test.ts'],
    testTimeout: 60_000,
  },
})
