import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import {
  type DistributionKey,
  deadlineOf,
  distributionId,
  encodeTerms,
  type Terms,
} from '../disbursement/index.ts'
import type { Published } from './events.ts'
import { jsonText } from './output.ts'
import type { Prepared } from './prepared.ts'
import { differs } from './refusal.ts'
import { readIfThere, writeFile, writeOnce } from './state.ts'

/**
 * What publishing writes beside the prepared files, in this order, each whole or not at all:
 * publication.json fixes the distribution's id before anything is sent; transaction.json holds the signed transaction before
 * it is sent (asked.json, what a wallet is asked to sign; safe-batch.json, what a Safe's owners are); receipt.json says where
 * it was mined. A run that finds one of them goes on from there.
 */
const files = {
  publication: 'publication.json',
  transaction: 'transaction.json',
  asked: 'asked.json',
  batch: 'safe-batch.json',
  receipt: 'receipt.json',
  closed: 'closed.json',
  upload: 'upload.json',
} as const

/** Where it is noted which parts of large records are stored. */
export const uploadFile = (folder: string): string => join(folder, files.upload)

const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/)
  .transform((text) => text as Hex)
const integer = z.string().regex(/^\d+$/).transform(BigInt)

const publicationSchema = z.object({
  id: hex,
  chainId: z.int(),
  distributor: hex,
  issuer: hex,
  token: hex,
  terms: hex,
  root: hex,
  total: integer,
  manifestHash: hex,
  opensAt: integer,
  deadline: integer,
  /** Null: everyone claims. Else everyone is paid at once, but for the leaves whose bits are set. */
  mask: integer.nullable().default(null),
  /** A Safe's batch holds this publication: until when (unix seconds) it may be executed. */
  executeBy: integer.nullable().default(null),
})
const askedSchema = z.object({ nonce: z.int(), hash: hex.nullable() })
const signedSchema = z.object({ hash: hex, nonce: z.int(), serialized: hex })
const receiptSchema = z.object({ transaction: hex, block: integer, gasUsed: integer })
const closedSchema = z.object({ manifestHash: hex })

/** The distribution that is to be: its id is fixed, whatever happens between here and the chain. */
export type Publication = z.output<typeof publicationSchema>
/** A transaction as it was signed; sending it twice does nothing twice, for its nonce is spent once. */
export type Signed = z.output<typeof signedSchema>
export type Asked = z.output<typeof askedSchema>
export type Receipt = z.output<typeof receiptSchema>

/** How a publication is carried out: `mask` as in Publication; `room`, in seconds, is what a Safe's signers have. */
export interface Manner {
  mask: bigint | null
  room: bigint | null
}

/**
 * The publication of prepared files, its challenge window counted from a block's time, or from the end of the time that
 * a Safe's signers have. Who is paid at once has no window: the distribution is open as soon as it is there.
 */
export function publicationOf(
  { manifest, manifestHash }: Prepared,
  root: Hex,
  terms: Terms,
  now: bigint,
  { mask, room }: Manner = { mask: null, room: null },
): Publication {
  const { issuer, distributor } = manifest.contracts
  const executeBy = room === null ? null : now + room
  const opensAt = mask === null ? (executeBy ?? now) + BigInt(terms.challengeWindowSeconds) : now
  const deadline = deadlineOf(terms, opensAt)
  const key: DistributionKey = {
    issuer,
    token: manifest.payout.asset,
    terms: encodeTerms(opensAt, deadline),
    root,
  }
  return {
    ...key,
    id: distributionId(key),
    chainId: manifest.chainId,
    distributor,
    total: manifest.totals.paid,
    manifestHash,
    opensAt,
    deadline,
    mask,
    executeBy,
  }
}

/** The fields in which what the chain says differs from what was to be published. */
export function unlike(publication: Publication, published: Published): string[] {
  return (['id', 'issuer', 'token', 'terms', 'root', 'total', 'manifestHash'] as const)
    .filter((field) => publication[field] !== published[field])
    .map((field) => `${field} is ${published[field]} instead of ${publication[field]}`)
}

function read<T>(folder: string, file: string, schema: z.ZodType<T>): T | null {
  const bytes = readIfThere(join(folder, file))
  if (bytes === null) return null
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw differs(
      `${join(folder, file)} is damaged: put it back from a copy, or, if status shows the period as not published, prepare it again with --replace`,
      { cause },
    )
  }
}

/**
 * Reads the publication, and checks that its id is made of its own fields and of the prepared files.
 * @returns null when publishing has not begun
 */
export function readPublication(folder: string, prepared: Prepared): Publication | null {
  const publication = read(folder, files.publication, publicationSchema)
  if (publication === null) return null
  const { issuer, token, terms, root } = publication
  const { manifest, manifestHash } = prepared
  const fits =
    publication.id === distributionId({ issuer: issuer as Address, token: token as Address, terms, root }) &&
    terms === encodeTerms(publication.opensAt, publication.deadline) &&
    root === manifest.root &&
    publication.manifestHash === manifestHash &&
    publication.total === manifest.totals.paid &&
    token === manifest.payout.asset &&
    issuer === manifest.contracts.issuer &&
    publication.distributor === manifest.contracts.distributor &&
    publication.chainId === manifest.chainId
  if (fits) return publication
  throw differs(
    `${join(folder, files.publication)} does not belong to the files prepared beside it: put it back from a copy, or prepare the period again with --replace`,
  )
}

/** Fixes the publication; of two runs at once both get the one that was written. */
export function fixPublication(folder: string, publication: Publication, prepared: Prepared): Publication {
  writeOnce(join(folder, files.publication), jsonText(publication))
  return readPublication(folder, prepared) ?? publication
}

/** Puts a publication in another's place; only of one that cannot come on chain any more, or is there. */
export function replacePublication(folder: string, publication: Publication): void {
  writeFile(join(folder, files.publication), jsonText(publication))
}

export const readSigned = (folder: string) => read(folder, files.transaction, signedSchema)
export const writeSigned = (folder: string, signed: Signed) =>
  writeFile(join(folder, files.transaction), jsonText(signed))
/** What a wallet was asked to send and may still send; once it has answered, with the transaction's hash. */
export const readAsked = (folder: string) => read(folder, files.asked, askedSchema)
export const writeAsked = (folder: string, asked: Asked) =>
  writeFile(join(folder, files.asked), jsonText(asked))
/** For a wallet that has declined, or whose nonce went to another transaction. */
export const forgetAsked = (folder: string) => rmSync(join(folder, files.asked), { force: true })

/** Where a Safe's batch is written. */
export const batchFile = (folder: string): string => join(folder, files.batch)

/** Forgets a publication that a batch held, as if publishing had not begun. */
export function discardBatch(folder: string): void {
  rmSync(join(folder, files.publication), { force: true })
  rmSync(batchFile(folder), { force: true })
}

export const readReceipt = (folder: string) => read(folder, files.receipt, receiptSchema)
export const writeReceipt = (folder: string, receipt: Receipt) =>
  writeFile(join(folder, files.receipt), jsonText(receipt))
/** A period that paid nobody and was recorded as such. */
export const readClosed = (folder: string) => read(folder, files.closed, closedSchema)
export const writeClosed = (folder: string, manifestHash: Hex) =>
  writeFile(join(folder, files.closed), jsonText({ manifestHash }))
