import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { smallJson } from '../body.ts'
import { fromPageOnly } from '../cors.ts'
import { deleteByHolder, enter, opened, rowOfWallet } from '../entries.ts'
import { entrySchema, shown } from '../entry-schema.ts'
import { type App, settingsOf } from '../env.ts'
import { keyringOf } from '../keyring.ts'
import { limitedByWallet } from '../limits.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { consentField, emailField, fields, nameField, noQuery, pledgeField } from '../schema.ts'
import { signedIn } from '../session.ts'

const path = '/v1/entry'
const security = [{ session: [] }]
const content = { 'application/json': { schema: entrySchema } }

const body = fields({
  name: nameField,
  email: emailField,
  pledge: pledgeField,
  consent: consentField,
}).openapi('NewEntry')

const read = createRoute({
  method: 'get',
  path,
  operationId: 'getEntry',
  summary: 'Your entry',
  security,
  middleware: [signedIn] as const,
  request: { query: noQuery },
  responses: {
    200: { description: 'Your entry', content },
    ...problemResponses('not-signed-in', 'not-found', 'invalid-request', 'store-away'),
  },
})

const write = createRoute({
  method: 'put',
  path,
  operationId: 'putEntry',
  summary: 'Enter, or change your entry until the issuer decides',
  security,
  middleware: [fromPageOnly, signedIn, limitedByWallet, ...smallJson(4096)] as const,
  request: { query: noQuery, body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    200: { description: 'Changed', content },
    201: { description: 'Entered', content },
    ...problemResponses(
      'malformed-json',
      'not-signed-in',
      'foreign-origin',
      'decided',
      'changed',
      'too-large',
      'unsupported-media-type',
      'invalid-request',
      'too-many',
      'store-away',
    ),
  },
})

const remove = createRoute({
  method: 'delete',
  path,
  operationId: 'deleteEntry',
  summary: 'Delete everything held about you, at any time',
  description: 'Ends your sessions too. What is on chain stays there, and so does the root of an allow-list.',
  security,
  middleware: [fromPageOnly, signedIn, limitedByWallet] as const,
  request: { query: noQuery },
  responses: {
    204: { description: 'Nothing is held about you now' },
    ...problemResponses(
      'not-signed-in',
      'foreign-origin',
      'not-found',
      'invalid-request',
      'too-many',
      'store-away',
    ),
  },
})

const NO_ENTRY = 'This wallet has no entry here'

export const addEntry = (app: OpenAPIHono<App>) => {
  const entryOf = async (env: App['Bindings'], wallet: `0x${string}`) => {
    const row = await rowOfWallet(env, wallet)
    if (row === null) throw new ProblemError('not-found', NO_ENTRY)
    return shown(await opened(await keyringOf(env), row))
  }
  app.openapi(read, async (context) => context.json(await entryOf(context.env, context.get('wallet')), 200))
  app.openapi(write, async (context) => {
    const { consent, ...given } = context.req.valid('json')
    const { version } = settingsOf(context.env).privacy
    if (consent !== version) {
      const message = `must be ${version}, the version of the privacy text that holds now`
      throw new ProblemError('invalid-request', `json.consent: ${message}`, {
        errors: [{ at: 'json.consent', message }],
      })
    }
    const isNew = await enter(context.env, context.get('wallet'), given)
    return context.json(await entryOf(context.env, context.get('wallet')), isNew ? 201 : 200)
  })
  app.openapi(remove, async (context) => {
    if (await deleteByHolder(context.env, context.get('wallet'))) return context.body(null, 204)
    throw new ProblemError('not-found', NO_ENTRY)
  })
}
