// The issuer's side of the register Worker: its routes under /v1/issuer, with the bearer secret.
import { z } from 'zod'
import { exitCodes, missing, Refusal, refused, shownUrl } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'

const TIMEOUT = 30_000

export const STATUSES = ['pending', 'approved', 'declined'] as const
export type Status = (typeof STATUSES)[number]

const hex = z.string().regex(/^0x[0-9a-f]+$/)

const entrySchema = z.object({
  id: z.string(),
  wallet: hex,
  status: z.enum(STATUSES),
  revision: z.int(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  pledge: z.string().nullable(),
  reason: z.string().nullable(),
  consent: z.object({ version: z.string(), at: z.int() }),
  createdAt: z.int(),
  updatedAt: z.int(),
  decidedAt: z.int().nullable(),
  deleteAfter: z.int(),
})
export type RegisterEntry = z.infer<typeof entrySchema>

const aboutSchema = z.object({ currency: z.object({ symbol: z.string(), decimals: z.int() }) })
const listSchema = z.object({ root: hex, wallets: z.int(), sealedAt: z.int() })
export type SealedList = z.infer<typeof listSchema>
const deedSchema = z.object({
  at: z.int(),
  actor: z.string(),
  action: z.string(),
  entry: z.string().nullable(),
  entries: z.int().nullable(),
})
const pageOf = <Row extends z.ZodType>(name: string, row: Row) =>
  z.object({ [name]: z.array(row), next: z.union([z.string(), z.int()]).nullable() })
const rotatedSchema = z.object({
  version: z.int(),
  rotated: z.int(),
  unreadable: z.array(z.string()),
  next: z.int().nullable(),
})

export type Register = ReturnType<typeof openRegister>

/** @throws Refusal when the register or its secret is not set */
export function openRegister({ registerUrl }: Pick<Settings, 'registerUrl'>, { registerSecret }: Secrets) {
  if (registerUrl === undefined) {
    throw refused('PRORATA_REGISTER_URL (--register-url) is not set: it must be an http or https URL')
  }
  if (registerSecret === undefined) {
    throw refused("PRORATA_REGISTER_SECRET is not set: it must be the register's bearer secret")
  }

  async function send(
    path: string,
    what: string,
    init: { method?: string; json?: object } = {},
  ): Promise<Response> {
    let response: Response
    try {
      response = await fetch(registerUrl + path, {
        method: init.method ?? 'GET',
        headers: {
          authorization: `Bearer ${registerSecret}`,
          ...(init.json && { 'content-type': 'application/json' }),
        },
        ...(init.json && { body: JSON.stringify(init.json) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      })
    } catch (cause) {
      const where = shownUrl(registerUrl ?? '')
      throw missing(
        `the register does not answer at ${where}: start it, or set PRORATA_REGISTER_URL to one that answers`,
        { cause },
      )
    }
    if (response.ok) return response
    throw await refusalOf(response, what)
  }

  async function read<Value>(schema: z.ZodType<Value>, response: Response): Promise<Value> {
    const answer = schema.safeParse(await response.json().catch(() => null))
    if (answer.success) return answer.data
    const issue = answer.error.issues[0]
    throw missing(
      `what answers at ${shownUrl(registerUrl ?? '')} is not this program's register (${issue?.path.join('.')}: ${issue?.message}): set PRORATA_REGISTER_URL to it`,
    )
  }

  /** Every row of a list, a page after another. */
  async function all<Row extends z.ZodType>(
    path: string,
    name: string,
    row: Row,
    what: string,
    query: Record<string, string> = {},
  ): Promise<z.infer<Row>[]> {
    const rows: z.infer<Row>[] = []
    let after: string | undefined
    for (;;) {
      const search = new URLSearchParams({ ...query, limit: '200', ...(after !== undefined && { after }) })
      const page = await read(pageOf(name, row), await send(`${path}?${search}`, what))
      rows.push(...(page[name] as z.infer<Row>[]))
      const next = page.next as string | number | null
      if (next === null) return rows
      after = String(next)
    }
  }

  return {
    async currency() {
      return (await read(aboutSchema, await send('/v1/register', 'tell of its program'))).currency
    },
    entries: (filter: { status?: Status; wallet?: string } = {}): Promise<RegisterEntry[]> =>
      all('/v1/issuer/entries', 'entries', entrySchema, 'list its entries', filter as Record<string, string>),
    async decide(entry: Pick<RegisterEntry, 'id' | 'revision'>, status: Status, reason?: string) {
      const json = { status, revision: entry.revision, ...(reason !== undefined && { reason }) }
      const path = `/v1/issuer/entries/${entry.id}/decision`
      return read(entrySchema, await send(path, `decide upon ${entry.id}`, { method: 'PUT', json }))
    },
    async delete(id: string): Promise<void> {
      await send(`/v1/issuer/entries/${id}`, `delete ${id}`, { method: 'DELETE' })
    },
    /** Every page of the CSV in one. */
    async csv(status?: Status): Promise<string> {
      let text = ''
      let path: string | undefined = `/v1/issuer/entries.csv?limit=200${status ? `&status=${status}` : ''}`
      while (path !== undefined) {
        const response = await send(path, 'export its entries')
        text += await response.text()
        path = /^<(\/v1\/[^>]*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
      }
      return text
    },
    async sealAllowList() {
      const response = await send('/v1/issuer/allow-lists', 'seal an allow-list', { method: 'POST' })
      return { ...(await read(listSchema, response)), isNew: response.status === 201 }
    },
    /** The last list sealed; null while there is none. */
    async allowList(): Promise<SealedList | null> {
      try {
        return await read(listSchema, await send('/v1/allow-list', 'tell of its allow-list'))
      } catch (error) {
        if (error instanceof NotThere) return null
        throw error
      }
    },
    allowed: (root: string) =>
      all(
        `/v1/issuer/allow-lists/${root}`,
        'wallets',
        z.object({ wallet: hex, proof: z.array(hex) }),
        'list the wallets of an allow-list',
      ),
    async rotate(after: number) {
      const path = `/v1/issuer/rotations?limit=100&after=${after}`
      return read(rotatedSchema, await send(path, 'seal its entries anew', { method: 'POST' }))
    },
    log: (entry?: string) =>
      all('/v1/issuer/audit', 'deeds', deedSchema, 'show its log', entry === undefined ? {} : { entry }),
  }
}

/** What was asked for is not there. */
class NotThere extends Refusal {}

/** A sentence from a problem document (RFC 9457), or from the status alone. */
async function refusalOf(response: Response, what: string): Promise<Error> {
  const body = z.object({ detail: z.string().optional() }).safeParse(await response.json().catch(() => ({})))
  const reason = body.data?.detail?.slice(0, 400) ?? `HTTP ${response.status}`
  if (response.status === 401 || response.status === 403) {
    return refused("the register refused the bearer secret: PRORATA_REGISTER_SECRET must be the register's")
  }
  const sentence = `the register could not ${what}: ${reason}`
  if (response.status === 404) return new NotThere(exitCodes.refused, sentence)
  return response.status < 500 && response.status !== 429 ? refused(sentence) : missing(sentence)
}
