import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { CSV_TYPE, csvLine } from '../../../api/src/csv.ts'
import { noteReading, rowsAfter } from '../entries.ts'
import { type App, settingsOf } from '../env.ts'
import { issuerOnly } from '../issuer.ts'
import { problemResponses } from '../problem.ts'
import { fields, pageQuery, statusParam } from '../schema.ts'
import { listed } from './issuer-entries.ts'

const COLUMNS =
  `id wallet status name email pledge currency decimals reason consent_version consented_at created_at decided_at
  delete_after`.split(/\s+/)

const route = createRoute({
  method: 'get',
  path: '/v1/issuer/entries.csv',
  operationId: 'exportEntries',
  summary: 'Entries as CSV, in pages; safe to open in a spreadsheet',
  description:
    'The first page begins with the names of the columns. `Link` with rel="next" leads to the page after.',
  security: [{ issuer: [] }],
  middleware: [issuerOnly] as const,
  request: { query: fields({ ...pageQuery, status: statusParam.optional() }) },
  responses: {
    200: {
      description: 'A page, in UTF-8',
      content: { 'text/csv': { schema: z.string().openapi({ example: `${COLUMNS.join(',')}\r\n` }) } },
    },
    ...problemResponses('unauthorized', 'invalid-request', 'too-many', 'store-away'),
  },
})

const time = (seconds: number | null) => (seconds === null ? '' : new Date(seconds * 1000).toISOString())

export const addIssuerCsv = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { after = 0, limit = 100, status } = context.req.valid('query')
    const { symbol, decimals } = settingsOf(context.env).terms.currency
    const rows = await rowsAfter(context.env, { after, limit, status })
    const lines = after === 0 ? [csvLine(COLUMNS)] : []
    for (const entry of await Promise.all(rows.map((row) => listed(context.env, row)))) {
      const { id, wallet, name, email, pledge, reason, consent, createdAt, decidedAt, deleteAfter } = entry
      const times = [consent.at, createdAt, decidedAt, deleteAfter].map(time)
      const own = [id, wallet, entry.status, name ?? '', email ?? '', pledge ?? '', symbol, String(decimals)]
      lines.push(csvLine([...own, reason ?? '', consent.version, ...times]))
    }
    if (rows.length > 0) await noteReading(context.env, 'exported', rows.length)
    const last = rows.length < limit ? undefined : rows.at(-1)
    if (last !== undefined) {
      const query = new URLSearchParams({
        after: String(last.number),
        limit: String(limit),
        ...(status && { status }),
      })
      context.header('link', `</v1/issuer/entries.csv?${query}>; rel="next"`)
    }
    context.header('content-disposition', 'attachment; filename="register.csv"')
    return context.body(lines.join(''), 200, { 'content-type': CSV_TYPE })
  })
