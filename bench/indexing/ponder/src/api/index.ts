import { Hono } from 'hono'

// Ponder wants one; /ready and /metrics are its own.
export default new Hono()
