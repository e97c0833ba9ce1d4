import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/** JavaScript that a reader loads before anything is shown, after gzip. */
const BUDGET = 80_000

/** Preact's compat layer stands in for React: wagmi and TanStack Query run on it unchanged, in half the bytes. */
export const reactIsPreact = [
  { find: /^react$/, replacement: 'preact/compat' },
  { find: /^react-dom$/, replacement: 'preact/compat' },
  { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
  { find: /^react\/jsx(-dev)?-runtime$/, replacement: 'preact/jsx-runtime' },
]

/** Fails a build whose entry, with all it imports at once, is over the budget. */
function keepBudget(): Plugin {
  return {
    name: 'keep-budget',
    generateBundle(_, bundle) {
      const loaded = new Set<string>()
      const load = (file: string) => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || loaded.has(file)) return
        loaded.add(file)
        chunk.imports.forEach(load)
      }
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk' && chunk.isEntry) load(chunk.fileName)
      const size = [...loaded].reduce((sum, file) => {
        const chunk = bundle[file]
        return chunk?.type === 'chunk' ? sum + gzipSync(chunk.code).length : sum
      }, 0)
      if (size > BUDGET) this.error(`the entry is ${size} bytes after gzip, over its budget of ${BUDGET}`)
      this.info(`the entry is ${size} bytes after gzip, of ${BUDGET}`)
    },
  }
}

/** Names the folders of static copies that the page may ask where the API is away: `PRORATA_MIRRORS`, divided by spaces. */
function nameMirrors(places: string): Plugin {
  const named = places.split(/\s+/).filter((place) => place !== '')
  const bad = named.find((place) => !/^https?:\/\//.test(place) || !URL.canParse(place))
  if (bad !== undefined) throw new Error(`PRORATA_MIRRORS: ${bad} is no http or https address of a folder`)
  return {
    name: 'name-mirrors',
    transformIndexHtml: () =>
      named.length === 0
        ? []
        : [{ tag: 'meta', attrs: { name: 'prorata-mirrors', content: named.join(' ') }, injectTo: 'head' }],
  }
}

export default defineConfig({
  // Relative, so that a copy of the page works below any address.
  base: './',
  worker: { format: 'es' },
  plugins: [keepBudget(), nameMirrors(process.env.PRORATA_MIRRORS ?? '')],
  resolve: { alias: reactIsPreact },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What is needed at once comes in one file, which packs better than many.
            { name: 'initial', tags: ['$initial'], priority: 2 },
            // What talks to the chain comes with whoever needs it first.
            {
              name: 'chain',
              test: /node_modules[\\/](viem|wagmi|@wagmi|ox|abitype|@noble)[\\/]/,
              minShareCount: 2,
              priority: 1,
            },
          ],
        },
      },
      onLog(level, log, report) {
        // 'use client' means something to server components alone; there are none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
})
