import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { type App, settingsOf } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { hash, noQuery } from '../schema.ts'
import { statedBy } from '../siwe.ts'

const days = z.int().openapi({ example: 180 })

const answer = z
  .object({
    program: z.string().openapi({ example: 'alex' }),
    termsHash: hash.openapi({ description: "keccak256 of the program's terms" }),
    currency: z
      .object({ symbol: z.string(), decimals: z.int() })
      .openapi({ description: 'What pledges are in', example: { symbol: 'USDC', decimals: 6 } }),
    chainId: z.int().openapi({ example: 1 }),
    statement: z.string().openapi({ description: 'What a sign-in message states', example: 'Sign in to …' }),
    privacy: z
      .object({ version: z.string(), url: z.string() })
      .openapi({ example: { version: '2026-03', url: 'https://alex.example/privacy/2026-03' } }),
    retentionDays: z
      .object({ pending: days, approved: days, declined: days })
      .openapi({ description: 'Days from the last change of an entry to its deletion' }),
  })
  .openapi('About')

const route = createRoute({
  method: 'get',
  path: '/v1/register',
  operationId: 'getRegister',
  summary: 'What this register is for, and the privacy text that an entry agrees to',
  request: { query: noQuery },
  responses: {
    200: { description: 'The register', content: { 'application/json': { schema: answer } } },
    ...problemResponses('invalid-request'),
  },
})

export const addAbout = (app: OpenAPIHono<App>) =>
  app.openapi(route, (context) => {
    const settings = settingsOf(context.env)
    const { terms, termsHash, chainId, privacy, retentionDays } = settings
    const { symbol, decimals } = terms.currency
    return context.json(
      {
        program: terms.name,
        termsHash,
        currency: { symbol, decimals },
        chainId,
        statement: statedBy(settings).statement,
        privacy,
        retentionDays,
      },
      200,
    )
  })
