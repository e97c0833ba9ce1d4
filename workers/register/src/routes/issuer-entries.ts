import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { smallJson } from '../body.ts'
import { decide, deleteByIssuer, noteReading, opened, type Row, rowOfId, rowsAfter } from '../entries.ts'
import { entrySchema, listedSchema, shown } from '../entry-schema.ts'
import type { App, Env } from '../env.ts'
import { issuerOnly } from '../issuer.ts'
import { keyringOf } from '../keyring.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import {
  fields,
  idParam,
  next,
  noQuery,
  pageQuery,
  reasonField,
  revisionField,
  statusParam,
  walletParam,
} from '../schema.ts'

const security = [{ issuer: [] }]
const params = fields({ id: idParam })
const path = '/v1/issuer/entries/{id}'

const list = createRoute({
  method: 'get',
  path: '/v1/issuer/entries',
  operationId: 'listEntries',
  summary: 'Entries in the order of entering, in pages',
  security,
  middleware: [issuerOnly] as const,
  request: {
    query: fields({ ...pageQuery, status: statusParam.optional(), wallet: walletParam.optional() }),
  },
  responses: {
    200: {
      description: 'A page',
      content: {
        'application/json': { schema: z.object({ entries: z.array(listedSchema), next }).openapi('Entries') },
      },
    },
    ...problemResponses('unauthorized', 'invalid-request', 'too-many', 'store-away'),
  },
})

const decision = createRoute({
  method: 'put',
  path: `${path}/decision`,
  operationId: 'decide',
  summary: 'Approve, decline with a reason, or reopen an entry',
  description:
    'The same decision again changes nothing. The reason is shown to the investor, and encrypted like the rest.',
  security,
  middleware: [issuerOnly, ...smallJson(4096)] as const,
  request: {
    params,
    query: noQuery,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: fields({
            status: statusParam,
            reason: reasonField.optional(),
            revision: revisionField,
          }).openapi('Decision'),
        },
      },
    },
  },
  responses: {
    200: { description: 'The entry as decided', content: { 'application/json': { schema: entrySchema } } },
    ...problemResponses(
      'malformed-json',
      'unauthorized',
      'not-found',
      'changed',
      'too-large',
      'unsupported-media-type',
      'invalid-request',
      'too-many',
      'store-away',
    ),
  },
})

const remove = createRoute({
  method: 'delete',
  path,
  operationId: 'deleteListed',
  summary: 'Delete an entry with all that hangs on it',
  security,
  middleware: [issuerOnly] as const,
  request: { params, query: noQuery },
  responses: {
    204: { description: 'It is gone' },
    ...problemResponses('unauthorized', 'not-found', 'invalid-request', 'too-many', 'store-away'),
  },
})

const NO_ENTRY = 'No entry has this id'

/** What the issuer sees of a row; what does not open is shown as unreadable. */
export const listed = async (env: Env, row: Row) => {
  try {
    return { ...shown(await opened(await keyringOf(env), row)), readable: true }
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem !== 'unreadable') throw error
    return {
      id: row.id,
      wallet: row.wallet,
      status: row.status,
      revision: row.revision,
      name: null,
      email: null,
      pledge: null,
      reason: null,
      consent: { version: row.consent_version, at: row.consented_at },
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      decidedAt: row.decided_at,
      deleteAfter: row.delete_after,
      readable: false,
    }
  }
}

export const addIssuerEntries = (app: OpenAPIHono<App>) => {
  app.openapi(list, async (context) => {
    const { after = 0, limit = 100, status, wallet } = context.req.valid('query')
    const rows = await rowsAfter(context.env, { after, limit, status, wallet })
    const entries = await Promise.all(rows.map((row) => listed(context.env, row)))
    if (rows.length > 0) await noteReading(context.env, 'listed', rows.length)
    return context.json({ entries, next: rows.length < limit ? null : (rows.at(-1)?.number ?? null) }, 200)
  })
  app.openapi(decision, async (context) => {
    const { id } = context.req.valid('param')
    const { status, reason = null, revision } = context.req.valid('json')
    if (reason !== null && status !== 'declined') {
      const message = 'belongs to declining alone'
      throw new ProblemError('invalid-request', `json.reason: ${message}`, {
        errors: [{ at: 'json.reason', message }],
      })
    }
    const row = await rowOfId(context.env, id)
    if (row === null) throw new ProblemError('not-found', NO_ENTRY)
    await decide(context.env, row, revision, { status, reason })
    const decided = await rowOfId(context.env, id)
    if (decided === null) throw new ProblemError('not-found', NO_ENTRY)
    return context.json(shown(await opened(await keyringOf(context.env), decided)), 200)
  })
  app.openapi(remove, async (context) => {
    if (await deleteByIssuer(context.env, context.req.valid('param').id)) return context.body(null, 204)
    throw new ProblemError('not-found', NO_ENTRY)
  })
}
