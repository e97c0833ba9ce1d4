import { defineConfig } from 'vite'

/** Preact's compat layer stands in for React: wagmi and TanStack Query run on it unchanged, in half the bytes. */
export const reactIsPreact = [
  { find: /^react$/, replacement: 'preact/compat' },
  { find: /^react-dom$/, replacement: 'preact/compat' },
  { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
  { find: /^react\/jsx(-dev)?-runtime$/, replacement: 'preact/jsx-runtime' },
]

export default defineConfig({
  resolve: { alias: reactIsPreact },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: {
      onLog(level, log, report) {
        // 'use client' means something to server components alone; there are none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
})
