import { z } from '@hono/zod-openapi'
import type { Position } from '../../../disbursement/index.ts'
import { address, amount } from './schema.ts'

/** A holder's position in answers: {@link Position} with amounts as decimal strings. */
export const positionSchema = z
  .object({
    holder: address.openapi({ description: 'The root wallet, which names the holder' }),
    wallets: z.array(address).openapi({ description: 'Every linked wallet, the root among them' }),
    recipient: address
      .nullable()
      .openapi({ description: 'Who receives the payouts; null: the holder itself' }),
    lots: amount.openapi({ description: 'Primary lots bought' }),
    balance: amount.openapi({ description: 'Tokens in the wallets' }),
    staked: amount.openapi({ description: 'Tokens in declared staking' }),
    lp: amount.openapi({ description: 'LP units in the wallets' }),
    lpStaked: amount.openapi({ description: 'LP units in declared staking' }),
    units: amount.openapi({ description: 'All LP units' }),
    basis: amount.openapi({ description: 'Tokens that count as held for the LP units' }),
    custody: amount.openapi({ description: 'balance + staked + basis' }),
    settled: amount.openapi({ description: 'The running minimum before this block ends' }),
    entitlement: amount.openapi({
      description: 'How much of the primary lots still carries the income claim',
    }),
  })
  .openapi('Position')

export const positionJson = (position: Position): z.output<typeof positionSchema> => ({
  holder: position.holder,
  wallets: position.wallets,
  recipient: position.recipient,
  lots: position.lots.toString(),
  balance: position.balance.toString(),
  staked: position.staked.toString(),
  lp: position.lp.toString(),
  lpStaked: position.lpStaked.toString(),
  units: position.units.toString(),
  basis: position.basis.toString(),
  custody: position.custody.toString(),
  settled: position.settled.toString(),
  entitlement: position.entitlement.toString(),
})
