import { defineConfig } from 'vitest/config'
import { reactIsPreact } from './vite.config.ts'

export default defineConfig({
  root: import.meta.dirname,
  resolve: { alias: reactIsPreact },
  test: { name: 'page', include: ['test/**/*.test.ts'], environment: 'node' },
})
