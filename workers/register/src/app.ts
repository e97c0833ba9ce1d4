import { OpenAPIHono } from '@hono/zod-openapi'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { preflight, readableByPage } from './cors.ts'
import type { App } from './env.ts'
import { type FieldError, ProblemError, problemResponse } from './problem.ts'
import { addAbout } from './routes/about.ts'
import { addAllowList } from './routes/allow-list.ts'
import { addEntry } from './routes/entry.ts'
import { addExport } from './routes/export.ts'
import { addIssuerAllowLists } from './routes/issuer-allow-lists.ts'
import { addIssuerAudit } from './routes/issuer-audit.ts'
import { addIssuerCsv } from './routes/issuer-csv.ts'
import { addIssuerEntries } from './routes/issuer-entries.ts'
import { addIssuerRotate } from './routes/issuer-rotate.ts'
import { addNonce } from './routes/nonce.ts'
import { addProof } from './routes/proof.ts'
import { addSession } from './routes/session.ts'
import { addSignIn } from './routes/sign-in.ts'

/** On every answer: none is kept anywhere, shown in a frame, or run as something else. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
}

/** A fault's name and where it happened. Its message may quote what was sent, so it is left out. */
const loggable = (error: Error) => ({
  name: error.name,
  stack: error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n'),
})

/** The whole register: what every request goes through, then one file a route. */
export const createApp = (): OpenAPIHono<App> => {
  const app = new OpenAPIHono<App>({
    defaultHook: (result) => {
      if (result.success) return
      const errors = result.error.issues.map(
        (issue): FieldError => ({
          at: [result.target, ...issue.path.map(String)].join('.'),
          message: issue.message,
        }),
      )
      const detail = errors.map((each) => `${each.at}: ${each.message}`).join('; ')
      throw new ProblemError('invalid-request', detail, { errors })
    },
  })

  app.use(async (context, next) => {
    context.set('requestId', crypto.randomUUID())
    await next()
    context.res.headers.set('x-request-id', context.get('requestId'))
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value)
  })
  app.use(readableByPage)
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

  addAbout(app)
  addNonce(app)
  addSignIn(app)
  addSession(app)
  addEntry(app)
  addExport(app)
  addProof(app)
  addAllowList(app)
  addIssuerEntries(app)
  addIssuerCsv(app)
  addIssuerAllowLists(app)
  addIssuerRotate(app)
  addIssuerAudit(app)

  app.openAPIRegistry.registerComponent('securitySchemes', 'issuer', { type: 'http', scheme: 'bearer' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-prorata-register',
    description: 'Set by signing in; on http, where only a demo runs, its name has no prefix.',
  })
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: "Prorata's register",
      version: '1.0.0',
      description:
        'Who the investors are: they sign in with their wallet and tell name, e-mail and pledge; the issuer decides. Amounts ' +
        'are integers in base units, as decimal strings. Errors are RFC 9457 problems. Only the page of the program may use a ' +
        'session from a browser.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
  })

  app.notFound((context) =>
    problemResponse(context, 'not-found', 'No route has this address; see /openapi.json'),
  )

  app.onError((error, context) => {
    const known = error instanceof ProblemError
    if (!known || error.problem === 'misconfigured' || error.problem === 'unreadable') {
      const what = known ? { problem: error.problem, message: error.message } : loggable(error)
      const { method, routePath } = context.req
      console.error(
        JSON.stringify({ requestId: context.get('requestId'), method, route: routePath, ...what }),
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
