import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'

const jsonByName = createMiddleware<App>(async (context, next) => {
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json')
  }
  await next()
})

const jsonByForm = createMiddleware<App>(async (context, next) => {
  try {
    await context.req.json()
  } catch {
    throw new ProblemError('malformed-json', 'The body cannot be parsed as JSON')
  }
  await next()
})

/** Middleware for a body of JSON: nothing is parsed that is not called JSON, and nothing is read beyond the limit. */
export const smallJson = (mostBytes: number) => [
  jsonByName,
  bodyLimit({
    maxSize: mostBytes,
    onError: () => {
      throw new ProblemError('too-large', `The body may have ${mostBytes} bytes`)
    },
  }),
  jsonByForm,
]
