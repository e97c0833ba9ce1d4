import { z } from '@hono/zod-openapi'
import type { Address } from 'viem'
import { payingCall } from './calls.ts'
import type { Claim } from './claims.ts'
import { assetSchema } from './distribution-schema.ts'
import { address, amount, hash, seconds } from './schema.ts'

export const callSchema = z
  .object({
    to: address.openapi({ description: 'The distributor contract' }),
    data: z.string().openapi({
      description: 'Calldata, ready to be signed by anybody; it carries no value',
      pattern: '^0x([0-9a-f]{2})+$',
      example: '0x2e7ba6ef',
    }),
  })
  .openapi('Call')

/** A claim in answers. */
export const claimSchema = z
  .object({
    id: hash.openapi({ description: "The distribution's id" }),
    distribution: z
      .object({ issuer: address, token: address, terms: hash, root: hash })
      .openapi({ description: 'What the distributor contract takes to name it' }),
    manifestHash: hash,
    stream: z.string().openapi({ example: 'income' }),
    period: z.string().openapi({ example: '2026-Q1' }),
    asset: assetSchema,
    index: z.int().openapi({ description: 'Place of the leaf in its shard, 0 to 127', example: 4 }),
    account: address,
    amount,
    proof: z.array(hash),
    shard: z
      .object({
        shard: z.int().openapi({ description: 'Its place in the parent tree', example: 0 }),
        root: hash,
        total: amount,
        proof: z.array(hash),
      })
      .optional()
      .openapi({
        description:
          "With more than 128 accounts: the shard, to be opened first; the claim's distribution then has the parent's id as terms and the shard's root",
      }),
    opensAt: seconds,
    deadline: seconds.openapi({ description: '0: never' }),
    claimed: z
      .boolean()
      .nullable()
      .openapi({ description: 'Paid; null while the chain is away', example: false }),
    ended: z.boolean().nullable().openapi({
      description:
        'Cancelled, or swept after the deadline: nothing more is paid; null while the chain is away',
      example: false,
    }),
    status: z.enum(['waiting', 'open', 'claimed', 'ended']).nullable().openapi({
      description:
        "waiting: before its opening by the chain's clock; open: payable now; claimed: paid; ended: cancelled or swept unpaid; null while the chain is away",
      example: 'open',
    }),
    call: callSchema.openapi({
      description: 'Pays this claim alone, once it is open; opens its shard first where it has one',
    }),
  })
  .openapi('Claim')

export const claimJson = (distributor: Address, each: Claim): z.output<typeof claimSchema> => {
  const {
    distribution,
    claim: { shard, ...leaf },
    claimed,
    ended,
    status,
  } = each
  return {
    id: distribution.id,
    distribution: {
      issuer: distribution.issuer,
      token: distribution.token,
      terms: distribution.terms,
      root: distribution.root,
    },
    manifestHash: distribution.manifestHash,
    stream: distribution.stream,
    period: distribution.period,
    asset: distribution.asset,
    index: leaf.index,
    account: leaf.account,
    amount: leaf.amount.toString(),
    proof: leaf.proof,
    ...(shard && { shard: { ...shard, total: shard.total.toString() } }),
    opensAt: distribution.opensAt,
    deadline: distribution.deadline,
    claimed,
    ended,
    status,
    call: payingCall(distributor, [each]) ?? { to: distributor, data: '0x' },
  }
}
