import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { chainTimeOf } from '../chain.ts'
import { assetSchema } from '../distribution-schema.ts'
import { type App, settingsOf } from '../env.ts'
import { poolAssetsOf } from '../poolAssets.ts'
import { problemResponses } from '../problem.ts'
import { hash, seconds } from '../schema.ts'

const answer = z
  .object({
    terms: z.record(z.string(), z.unknown()).openapi({
      description: "The program's terms, exactly as they are hashed",
      example: { spec: 1, name: 'alex' },
    }),
    termsHash: hash.openapi({ description: "keccak256 of the terms' canonical JSON (RFC 8785)" }),
    deployment: z.record(z.string(), z.unknown()).openapi({
      description: 'Where the program lives: chain and addresses',
      example: { network: 'local', chainId: 31337, token: '0x5fbdb2315678afecb367f032d93f642f64180aa3' },
    }),
    assets: z.array(assetSchema).openapi({
      description:
        "The pool's shares and what the token is traded against, as the chain names them; missing while it does not",
    }),
    chainTime: seconds.nullable().openapi({
      description:
        "The latest block's time, by which openings and deadlines count; null while the chain is away",
    }),
  })
  .openapi('Program')

const route = createRoute({
  method: 'get',
  path: '/v1/program',
  tags: ['Program'],
  operationId: 'getProgram',
  summary: "The program's terms and addresses",
  request: { query: z.strictObject({}) },
  responses: {
    200: { description: 'The program', content: { 'application/json': { schema: answer } } },
    ...problemResponses('invalid-request'),
  },
})

export const addProgram = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { terms, termsHash, deployment } = settingsOf(context.env)
    const [assets, chainTime] = await Promise.all([
      poolAssetsOf(context.env, deployment),
      chainTimeOf(context.env),
    ])
    return context.json(
      {
        terms,
        termsHash,
        deployment: { ...deployment } as Record<string, string | number | string[] | null>,
        assets,
        chainTime,
      },
      200,
    )
  })
