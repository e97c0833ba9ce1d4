import { OpenAPIHono } from '@hono/zod-openapi'
import { etag } from 'hono/etag'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { preflight, readableByPages } from './cors.ts'
import type { App } from './env.ts'
import { type FieldError, ProblemError, problemResponse } from './problem.ts'
import { addClaims } from './routes/claims.ts'
import { addDistribution } from './routes/distribution.ts'
import { addDistributions } from './routes/distributions.ts'
import { addHolder } from './routes/holder.ts'
import { addHolders } from './routes/holders.ts'
import { addManifest } from './routes/manifest.ts'
import { addProgram } from './routes/program.ts'
import { addPublish } from './routes/publish.ts'
import { addRecords } from './routes/records.ts'
import { addStatus } from './routes/status.ts'

/** The whole API: what every request goes through, then one file a route. */
export const createApp = (): OpenAPIHono<App> => {
  const app = new OpenAPIHono<App>({
    defaultHook: (result) => {
      if (result.success) return
      const errors = result.error.issues.map((issue): FieldError => {
        const path = issue.path.map(String)
        const keys = issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')}: not a known field` : ''
        return { at: [result.target, ...path].join('.'), message: keys || issue.message }
      })
      throw new ProblemError(
        'invalid-request',
        errors.map((each) => `${each.at}: ${each.message}`).join('; '),
        {
          errors,
        },
      )
    },
  })

  app.use(async (context, next) => {
    const requestId = crypto.randomUUID()
    context.set('requestId', requestId)
    await next()
    context.res.headers.set('x-request-id', requestId)
    context.res.headers.set('x-content-type-options', 'nosniff')
    // Answers that may change are asked for again each time; an ETag makes that cheap.
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-cache')
  })
  app.use(readableByPages)
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (context, methods) => {
        if (context.req.method === 'OPTIONS') return preflight(context, methods)
        const allow = [...methods, 'OPTIONS'].join(', ')
        const response = problemResponse(context, 'method-not-allowed', `Here only ${allow} are answered`)
        response.headers.set('allow', allow)
        return response
      },
    }),
  )
  app.use(etag())

  addProgram(app)
  addStatus(app)
  addHolders(app)
  addHolder(app)
  addDistributions(app)
  addDistribution(app)
  addManifest(app)
  addRecords(app)
  addClaims(app)
  addPublish(app)

  app.openAPIRegistry.registerComponent('securitySchemes', 'issuer', { type: 'http', scheme: 'bearer' })
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Prorata',
      version: '1.0.0',
      description:
        'Who holds what, who is owed what, and the proofs to claim it. Amounts are integers in base units, as decimal ' +
        'strings. Errors are RFC 9457 problems. Reads need no key and are open to every page.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
  })

  app.notFound((context) =>
    problemResponse(context, 'not-found', 'No route has this address; see /openapi.json'),
  )

  app.onError((error, context) => {
    const known = error instanceof ProblemError
    if (!known || error.problem === 'misconfigured' || error.problem === 'store-broken') {
      console.error(
        JSON.stringify({
          requestId: context.get('requestId'),
          method: context.req.method,
          path: context.req.path,
          message: error.message,
          stack: error.stack,
        }),
      )
    }
    if (known) return problemResponse(context, error.problem, error.message, error.extra)
    return problemResponse(
      context,
      'internal',
      'This request met an unexpected error; its id finds it in the logs',
    )
  })
  return app
}
