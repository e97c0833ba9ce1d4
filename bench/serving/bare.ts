// What a proof is held against: Hono answering as many bytes as they lie, and doing nothing else.
import { Hono } from 'hono'

const app = new Hono<{ Bindings: { ANSWER: string } }>()
app.get('/v1/distributions/:id/proofs/:address', (context) =>
  context.body(context.env.ANSWER, 200, { 'content-type': 'application/json' }),
)

export default app
