// What the tests are bound to: the Worker's own, and its migrations.
declare namespace Cloudflare {
  interface Env {
    DB: D1Database
    STORE: R2Bucket
    WRONG_SECRETS: RateLimit
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
