import { Hono } from 'hono'

// What a Worker with Hono costs that knows its answer: a body of JSON of so many bytes, made once.

const bodies = new Map<number, string>()
const bodyOf = (bytes: number): string => {
  const body = bodies.get(bytes) ?? JSON.stringify('x'.repeat(Math.max(0, bytes - 2)))
  bodies.set(bytes, body)
  return body
}

const app = new Hono()
app.all('/bytes/:count', (context) =>
  context.body(bodyOf(Number(context.req.param('count'))), 200, { 'content-type': 'application/json' }),
)

export default app
