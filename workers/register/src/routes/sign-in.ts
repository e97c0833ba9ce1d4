import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import { smallJson } from '../body.ts'
import { fromPageOnly } from '../cors.ts'
import { type App, now, settingsOf } from '../env.ts'
import { keyringOf } from '../keyring.ts'
import { limitedByNetwork } from '../limits.ts'
import { NONCE_SECONDS, nonceEnd } from '../nonce.ts'
import { problemResponses } from '../problem.ts'
import { fields, noQuery } from '../schema.ts'
import { openSession } from '../session.ts'
import { sessionSchema } from '../session-schema.ts'
import { isSignedBy } from '../signature.ts'
import { audienceOf, readMessage, refuse } from '../siwe.ts'

const body = fields({
  message: z
    .string({ error: 'must be the text that was signed' })
    .max(2000, { error: 'may have 2000 characters' })
    .openapi({ description: 'The EIP-4361 text', example: 'alex.example wants you to sign in with your …' }),
  signature: z
    .string({ error: 'must be the signature in hexadecimal' })
    .max(8194, { error: 'may have 4096 bytes' })
    .regex(/^0x([0-9a-fA-F]{2})+$/, { error: 'must be the signature in hexadecimal' })
    .openapi({
      description: "Of a key, or whatever a contract wallet's ERC-1271 takes",
      example: '0x1c2d3e4f',
    }),
}).openapi('SignIn')

const route = createRoute({
  method: 'post',
  path: '/v1/session',
  operationId: 'signIn',
  summary: 'Sign in with a wallet (EIP-4361)',
  description: 'Sets the session as a cookie that no script can read. A message signs in once.',
  middleware: [fromPageOnly, limitedByNetwork('SIGN_IN'), ...smallJson(16_384)] as const,
  request: { query: noQuery, body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    201: { description: 'Signed in', content: { 'application/json': { schema: sessionSchema } } },
    ...problemResponses(
      'malformed-json',
      'sign-in-refused',
      'foreign-origin',
      'too-large',
      'unsupported-media-type',
      'invalid-request',
      'too-many',
      'chain-failed',
      'store-away',
    ),
  },
})

export const addSignIn = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { message, signature } = context.req.valid('json')
    const settings = settingsOf(context.env)
    const keyring = await keyringOf(context.env)
    const { wallet, nonce } = readMessage(message, settings, now(), NONCE_SECONDS)
    const expiresAt = await nonceEnd(keyring, audienceOf(settings), nonce, now())
    if (expiresAt === null)
      throw refuse('nonce', 'This nonce was not issued here, or has ended: ask for a new one')
    if (!(await isSignedBy(context.env, settings, wallet, message, signature as Hex))) {
      throw refuse('signature', 'This signature is not of the wallet in the message')
    }
    return context.json({ wallet, expiresAt: await openSession(context, wallet, { nonce, expiresAt }) }, 201)
  })
