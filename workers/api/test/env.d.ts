// What the tests are bound to: the Worker's own, and its migrations.
declare namespace Cloudflare {
  interface Env {
    DB: D1Database
    STORE: R2Bucket
    WRONG_SECRETS: RateLimit
    SNAPSHOT: Workflow<import('../src/snapshot/start.ts').SnapshotRun>
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
