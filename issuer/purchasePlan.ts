import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { z } from 'zod'
import type { Period } from '../disbursement/index.ts'
import type { Way } from './lpPool.ts'
import { jsonText } from './output.ts'
import { differs } from './refusal.ts'
import { periodFolder, readIfThere, writeFile, writeOnce } from './state.ts'

/**
 * What `buy-shares` keeps beside the period's folder, which `prepare` replaces: plan.json fixes what is to be bought, before
 * anything is; transaction.json holds each part's signed transaction before it is sent. What was bought, the chain says.
 */
const files = { plan: 'plan.json', transaction: 'transaction.json' } as const

const integer = z.string().regex(/^\d+$/).transform(BigInt)
const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/)
  .transform((text) => text as Hex)
const planSchema = z.object({ way: z.enum(['swap', 'treasury']), amount: integer, carried: integer })
const pendingSchema = z.object({ hash: hex, nonce: z.int(), serialized: hex, deadline: integer })

/** What is to be bought for a period altogether: with how much of the pair's other asset, and how. */
export interface Plan {
  way: Way
  /** As the issuer said. */
  amount: bigint
  /** What the purchase for the last period paid so left over, which goes in too. */
  carried: bigint
}

/** Everything that is to be spent. */
export const totalOf = ({ amount, carried }: Plan): bigint => amount + carried

/** Where a period's purchase is kept. */
export const purchaseFolder = (
  state: string,
  network: string,
  program: string,
  { name }: Pick<Period, 'name'>,
): string => periodFolder(state, network, program, { stream: 'income', name: `shares~${name}` })

/** A signed purchase; after its deadline it can no longer succeed. */
export type Pending = z.output<typeof pendingSchema>

function read<T>(folder: string, file: string, schema: z.ZodType<T>): T | null {
  const bytes = readIfThere(join(folder, file))
  if (bytes === null) return null
  try {
    return schema.parse(JSON.parse(bytes.toString()))
  } catch (cause) {
    throw differs(`${join(folder, file)} is damaged: put it back from a copy, or remove it`, { cause })
  }
}

export const readPlan = (folder: string): Plan | null => read(folder, files.plan, planSchema)

/** Fixes the plan; of two runs at once both get the one that was written. */
export function fixPlan(folder: string, plan: Plan): Plan {
  mkdirSync(folder, { recursive: true })
  writeOnce(join(folder, files.plan), jsonText(plan))
  return readPlan(folder) ?? plan
}

export const readPending = (folder: string): Pending | null => read(folder, files.transaction, pendingSchema)
export const writePending = (folder: string, pending: Pending): void =>
  writeFile(join(folder, files.transaction), jsonText(pending))
