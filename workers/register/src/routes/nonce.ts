import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { fromPageOnly } from '../cors.ts'
import { type App, now, settingsOf } from '../env.ts'
import { keyringOf } from '../keyring.ts'
import { limitedByNetwork } from '../limits.ts'
import { issueNonce } from '../nonce.ts'
import { problemResponses } from '../problem.ts'
import { noQuery } from '../schema.ts'
import { audienceOf, statedBy } from '../siwe.ts'

const time = z.string().openapi({ example: '2026-03-01T12:00:00.000Z' })

const answer = z
  .object({
    domain: z.string().openapi({ example: 'alex.example' }),
    uri: z.string().openapi({ example: 'https://alex.example' }),
    version: z.literal('1').openapi({ example: '1' }),
    chainId: z.int().openapi({ example: 1 }),
    statement: z.string().openapi({ example: 'Sign in to the register of investors of ALEX.' }),
    nonce: z
      .string()
      .openapi({ description: 'Letters and digits; good for one sign-in', example: '69a42e58…' }),
    issuedAt: time,
    expirationTime: time,
  })
  .openapi('SignInFields', { description: "Every field of the EIP-4361 message but the wallet's address" })

const route = createRoute({
  method: 'post',
  path: '/v1/nonces',
  operationId: 'createNonce',
  summary: 'The fields of a sign-in message, with a nonce of its own',
  description:
    'Make the text of EIP-4361 of exactly these fields and the wallet, have the wallet sign it, and send both.',
  middleware: [fromPageOnly, limitedByNetwork('SIGN_IN')] as const,
  request: { query: noQuery },
  responses: {
    201: { description: 'The fields', content: { 'application/json': { schema: answer } } },
    ...problemResponses('foreign-origin', 'invalid-request', 'too-many'),
  },
})

const written = (seconds: number) => new Date(seconds * 1000).toISOString()

export const addNonce = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const settings = settingsOf(context.env)
    const issuedAt = now()
    const { nonce, expiresAt } = await issueNonce(
      await keyringOf(context.env),
      audienceOf(settings),
      issuedAt,
    )
    const times = { issuedAt: written(issuedAt), expirationTime: written(expiresAt) }
    return context.json({ ...statedBy(settings), nonce, ...times }, 201)
  })
