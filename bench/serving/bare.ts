// What a proof is held against: Hono answering as many bytes as they lie, and of what it takes to get there only what no Worker
// gets round: one ranged read of R2, and the edge's cache asked before and told after.
import { type Context, Hono } from 'hono'

type Bare = { Bindings: { ANSWER: string; STORE: R2Bucket } }
const app = new Hono<Bare>()
const answer = (context: Context<Bare>): Response =>
  context.body(context.env.ANSWER, 200, { 'content-type': 'application/json' })

const read = async (context: Context<Bare>): Promise<void> => {
  const [offset, length] = [Number(context.req.param('offset')), Number(context.req.param('length'))]
  const object = await context.env.STORE.get('records', { range: { offset, length } })
  const bytes = await object?.arrayBuffer()
  if (bytes?.byteLength !== length) throw new Error(`${bytes?.byteLength} bytes were read, not ${length}`)
}

app.get('/v1/distributions/:id/proofs/:address', answer)

app.get('/read/:offset/:length', async (context) => {
  await read(context)
  return answer(context)
})

app.get('/kept/:offset/:length', async (context) => {
  const kept = await caches.default.match(context.req.url)
  if (kept !== undefined) return kept
  await read(context)
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=31536000' }
  const made = new Response(context.env.ANSWER, { headers })
  context.executionCtx.waitUntil(caches.default.put(context.req.url, made))
  return answer(context)
})

export default app
