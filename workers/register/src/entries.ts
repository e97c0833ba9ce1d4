// Entries of the register: their private fields sealed in the database, open in here alone.
import type { Address } from 'viem'
import { type Deed, noting, notingEach } from './audit.ts'
import { type Env, now, type Status, settingsOf } from './env.ts'
import { type Keyring, keyringOf } from './keyring.ts'
import { ProblemError } from './problem.ts'
import { type Field, seal, unseal } from './seal.ts'
import { stored } from './stored.ts'

const DAY = 86_400

/** What an investor says. */
export type Given = { name: string; email: string; pledge: string }

/** Everything about one entry, in the clear. */
export type Entry = Given & {
  number: number
  id: string
  wallet: Address
  status: Status
  revision: number
  reason: string | null
  consent: { version: string; at: number }
  createdAt: number
  updatedAt: number
  decidedAt: number | null
  deleteAfter: number
}

export type Row = {
  number: number
  id: string
  wallet: Address
  status: Status
  revision: number
  key_version: number
  name: ArrayBuffer
  email: ArrayBuffer
  pledge: ArrayBuffer
  reason: ArrayBuffer | null
  consent_version: string
  consented_at: number
  created_at: number
  updated_at: number
  decided_at: number | null
  delete_after: number
}

/** D1 hands blobs out as arrays of numbers. */
const bytesOf = (blob: ArrayBuffer): Uint8Array => new Uint8Array(blob)

export const openField = (keyring: Keyring, row: Row, field: Field): Promise<string> => {
  const place = { entry: row.id, wallet: row.wallet, field, version: row.key_version }
  return unseal(keyring, place, bytesOf(row[field] ?? new ArrayBuffer(0)))
}

/** @throws ProblemError unreadable */
export const opened = async (keyring: Keyring, row: Row): Promise<Entry> => {
  const [name, email, pledge, reason] = await Promise.all([
    openField(keyring, row, 'name'),
    openField(keyring, row, 'email'),
    openField(keyring, row, 'pledge'),
    row.reason === null ? null : openField(keyring, row, 'reason'),
  ])
  return {
    number: row.number,
    id: row.id,
    wallet: row.wallet,
    status: row.status,
    revision: row.revision,
    name,
    email,
    pledge,
    reason,
    consent: { version: row.consent_version, at: row.consented_at },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    decidedAt: row.decided_at,
    deleteAfter: row.delete_after,
  }
}

export const rowOfWallet = (env: Env, wallet: Address): Promise<Row | null> =>
  stored(() => env.DB.prepare('SELECT * FROM entries WHERE wallet = ?1').bind(wallet).first<Row>())

export const rowOfId = (env: Env, id: string): Promise<Row | null> =>
  stored(() => env.DB.prepare('SELECT * FROM entries WHERE id = ?1').bind(id).first<Row>())

export type Page = {
  after: number
  limit: number
  status?: Status | undefined
  wallet?: Address | undefined
}

/** Rows in the order of entering, after a number. */
export const rowsAfter = async (env: Env, { after, limit, status, wallet }: Page): Promise<Row[]> => {
  const { results } = await stored(() =>
    env.DB.prepare(
      `SELECT * FROM entries WHERE number > ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR wallet = ?3)
       ORDER BY number LIMIT ?4`,
    )
      .bind(after, status ?? null, wallet ?? null, limit)
      .all<Row>(),
  )
  return results
}

const deleteAfter = (env: Env, status: Status): number => now() + settingsOf(env).retentionDays[status] * DAY

/** What was given, sealed for an entry with the active key. */
const sealed = async (keyring: Keyring, id: string, wallet: Address, given: Given) => {
  const sealedField = (field: keyof Given) =>
    seal(keyring, { entry: id, wallet, field, version: keyring.active }, given[field])
  const [name, email, pledge] = await Promise.all([
    sealedField('name'),
    sealedField('email'),
    sealedField('pledge'),
  ])
  return [keyring.active, name, email, pledge] as const
}

/**
 * Enters a wallet, or changes its entry while that is pending. Consent is to the current privacy text, from now.
 * @returns whether the entry is new
 * @throws ProblemError decided; changed when another request came in between
 */
export const enter = async (env: Env, wallet: Address, given: Given): Promise<boolean> => {
  const keyring = await keyringOf(env)
  const { privacy } = settingsOf(env)
  const row = await rowOfWallet(env, wallet)
  const id = row?.id ?? crypto.randomUUID()
  const fields = [...(await sealed(keyring, id, wallet, given)), privacy.version, now()] as const
  const end = deleteAfter(env, 'pending')
  const changed = () => new ProblemError('changed', 'Another request has changed this entry: read it again')
  if (row === null) {
    const insert = env.DB.prepare(
      `INSERT INTO entries (id, wallet, status, revision, key_version, name, email, pledge, consent_version,
         consented_at, created_at, updated_at, delete_after)
       VALUES (?1, ?2, 'pending', 1, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9) ON CONFLICT (wallet) DO NOTHING`,
    ).bind(id, wallet, ...fields, end)
    const note = notingEach(env, { actor: 'holder', action: 'entered' }, 'id = ?1', id)
    const [result] = await stored(() => env.DB.batch([insert, note]))
    if (result?.meta.changes !== 1) throw changed()
    return true
  }
  if (row.status !== 'pending') {
    throw new ProblemError('decided', 'Ask the issuer to reopen this entry, or delete it and enter again')
  }
  const condition = "id = ?1 AND revision = ?2 AND status = 'pending'"
  const note = notingEach(env, { actor: 'holder', action: 'edited' }, condition, id, row.revision)
  const update = env.DB.prepare(
    `UPDATE entries SET revision = revision + 1, key_version = ?3, name = ?4, email = ?5, pledge = ?6, reason = NULL,
       consent_version = ?7, consented_at = ?8, updated_at = ?8, delete_after = ?9
     WHERE ${condition}`,
  ).bind(id, row.revision, ...fields, end)
  const [, result] = await stored(() => env.DB.batch([note, update]))
  if (result?.meta.changes !== 1) throw changed()
  return false
}

const DEEDS = { pending: 'reopened', approved: 'approved', declined: 'declined' } as const

/**
 * Decides upon the entry as the issuer has read it; the same decision again changes nothing.
 * @param revision the one that was read
 * @throws ProblemError changed
 */
export const decide = async (
  env: Env,
  row: Row,
  revision: number,
  { status, reason }: { status: Status; reason: string | null },
): Promise<void> => {
  const keyring = await keyringOf(env)
  if (row.status === status) {
    const before = row.reason === null ? null : await openField(keyring, row, 'reason')
    if (before === reason) return
  }
  // The reason is sealed with the key that the row has: it names one key for all of its fields.
  const place = { entry: row.id, wallet: row.wallet, field: 'reason', version: row.key_version } as const
  const sealedReason = reason === null ? null : await seal(keyring, place, reason)
  const condition = 'id = ?1 AND revision = ?2 AND key_version = ?3'
  const read = [row.id, revision, row.key_version] as const
  const note = notingEach(env, { actor: 'issuer', action: DEEDS[status] }, condition, ...read)
  const decidedAt = status === 'pending' ? null : now()
  const update = env.DB.prepare(
    `UPDATE entries SET revision = revision + 1, status = ?4, reason = ?5, decided_at = ?6, delete_after = ?7
     WHERE ${condition}`,
  ).bind(...read, status, sealedReason, decidedAt, deleteAfter(env, status))
  const [, result] = await stored(() => env.DB.batch([note, update]))
  if (result?.meta.changes !== 1) {
    throw new ProblemError('changed', 'The entry is not the one that was read: read it again, then decide')
  }
}

/**
 * Deletes entries with all that hangs on their wallets: sessions, and the wallets' places in allow-lists. The lists' roots
 * stay, and so do the other wallets' proofs.
 * @param condition SQL about `entries`, with ?1 for what is bound
 * @returns how many
 */
const deleteWhere = async (
  env: Env,
  actor: Deed['actor'],
  condition: string,
  bound: unknown,
): Promise<number> => {
  const wallets = `SELECT wallet FROM entries WHERE ${condition}`
  const results = await stored(() =>
    env.DB.batch([
      notingEach(env, { actor, action: 'deleted' }, condition, bound),
      env.DB.prepare(`DELETE FROM sessions WHERE wallet IN (${wallets})`).bind(bound),
      env.DB.prepare(`DELETE FROM allowed_wallets WHERE wallet IN (${wallets})`).bind(bound),
      env.DB.prepare(`DELETE FROM entries WHERE ${condition}`).bind(bound),
    ]),
  )
  return results[3]?.meta.changes ?? 0
}

/** Deletes what a wallet's holder has here. @returns whether there was anything */
export const deleteByHolder = async (env: Env, wallet: Address): Promise<boolean> =>
  (await deleteWhere(env, 'holder', 'wallet = ?1', wallet)) > 0

export const deleteByIssuer = async (env: Env, id: string): Promise<boolean> =>
  (await deleteWhere(env, 'issuer', 'id = ?1', id)) > 0

/** Deletes what has outlived its purpose: entries, sessions, spent nonces. @returns how many entries */
export const deleteExpired = async (env: Env): Promise<number> => {
  const deleted = await deleteWhere(env, 'retention', 'delete_after <= ?1', now())
  await stored(() =>
    env.DB.batch([
      env.DB.prepare('DELETE FROM sessions WHERE expires_at <= ?1').bind(now()),
      env.DB.prepare('DELETE FROM spent_nonces WHERE expires_at <= ?1').bind(now()),
    ]),
  )
  return deleted
}

/** Notes that the issuer has read so many entries. */
export const noteReading = (env: Env, action: 'listed' | 'exported', entries: number) =>
  stored(() => noting(env, { actor: 'issuer', action, entries }).run())
