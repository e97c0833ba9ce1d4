import { z } from '@hono/zod-openapi'
import { address, amount, block, hash, seconds } from './schema.ts'

export const assetSchema = z
  .object({
    symbol: z.string().openapi({ example: 'USDC' }),
    decimals: z.int().openapi({ example: 6 }),
    address,
  })
  .openapi('Asset')

/** A distribution in answers. */
export const distributionSchema = z
  .object({
    id: hash.openapi({ description: 'keccak256(abi.encode(issuer, token, terms, root)): its name on chain' }),
    issuer: address,
    token: address.openapi({ description: 'The asset paid out' }),
    terms: hash.openapi({ description: 'opensAt << 64 | deadline, as the distributor contract takes it' }),
    root: hash,
    total: amount,
    manifestHash: hash,
    accounts: z.int().openapi({ description: 'How many accounts it pays', example: 30 }),
    stream: z.string().openapi({ example: 'income' }),
    period: z.string().openapi({ example: '2026-Q1' }),
    asset: assetSchema,
    opensAt: seconds.openapi({ description: 'The first claim can be made then' }),
    deadline: seconds.openapi({ description: 'From then on the rest may be swept; 0: never' }),
    publishedAt: seconds,
    block: block.openapi({ description: 'The block it was published in' }),
    transaction: hash,
    status: z.enum(['active', 'cancelled', 'swept']).nullable().openapi({
      description:
        'cancelled: before its opening, everything went back and the period may be published again; swept: the rest went back after the deadline; null: unknown while the chain is away',
      example: 'active',
    }),
  })
  .openapi('Distribution')
