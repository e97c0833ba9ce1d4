// What the tests are bound to: the Worker's own, and its migrations.
declare namespace Cloudflare {
  interface Env {
    SIGN_IN: RateLimit
    WRITES: RateLimit
    WRONG_SECRETS: RateLimit
  }
}
