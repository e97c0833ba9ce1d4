import { fileURLToPath } from 'node:url'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { DEPLOYMENT, PROGRAM } from './api/test/program.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Every test sets what it needs itself; without these wrangler warns that they are missing.
const SETTINGS = `PROGRAM DEPLOYMENT GRAPH_URL GRAPH_KEY RPC_URL PRORATA_API_SECRET PRORATA_RECEIPT_KEY CHAIN_ID PAGE_ORIGIN PRIVACY RETENTION_DAYS
  REGISTER_KEYS PRORATA_REGISTER_SECRET`
for (const name of SETTINGS.split(/\s+/)) process.env[name] = 'set by each test'

// Each Worker runs in workerd as its own wrangler.toml sets it up, with a real D1, R2 and rate limits. The bundles are built in Node.
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(async ({ inject }) => ({
            wrangler: { configPath: at('../wrangler.toml') },
            miniflare: {
              bindings: {
                MIGRATIONS: await readD1Migrations(at('api/migrations')),
                // Tests hand the rest of the API its settings; a Workflow has them from here.
                ...{ PROGRAM, DEPLOYMENT },
                GRAPH_URL: `${inject('upstream')}/ask/snapshot-graph`,
                RPC_URL: `${inject('upstream')}/ask/snapshot-chain`,
              },
            },
          })),
        ],
        test: {
          name: 'api',
          root: at('api'),
          include: ['test/*.test.ts'],
          globalSetup: at('test/global-setup.ts'),
          isolate: false,
          // On a busy machine even a compiled schema takes its time.
          testTimeout: 30_000,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: at('gateway/wrangler.toml') } })],
        test: {
          name: 'gateway',
          root: at('gateway'),
          include: ['test/*.test.ts'],
          globalSetup: at('test/global-setup.ts'),
          isolate: false,
          // On a busy machine even a compiled schema takes its time.
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: at('register/wrangler.toml') },
            miniflare: { bindings: { MIGRATIONS: await readD1Migrations(at('register/migrations')) } },
          })),
        ],
        test: {
          name: 'register',
          root: at('register'),
          include: ['test/*.test.ts'],
          globalSetup: at('test/global-setup.ts'),
          isolate: false,
          testTimeout: 30_000,
        },
      },
      { test: { name: 'bundles', root: at('test'), include: ['*.test.ts'] } },
    ],
  },
})
