import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { occasions } from '../agenda.ts'
import { listDistributions } from '../distributions.ts'
import { type App, settingsOf } from '../env.ts'
import { calendarText } from '../ics.ts'
import { problemResponses } from '../problem.ts'
import { withStatus } from '../standings.ts'

const EXAMPLE = calendarText('alex', [
  {
    id: 'period-income-2026-Q1',
    kind: 'period',
    title: 'ALEX 2026-Q1',
    text: '15% of it is shared.',
    at: 1_767_225_600,
    end: 1_775_001_600,
    updated: 1_767_225_600,
    cancelled: false,
  },
])

const route = createRoute({
  method: 'get',
  path: '/v1/calendar',
  tags: ['Program'],
  operationId: 'getCalendar',
  summary: 'Periods, openings and deadlines, as a calendar to subscribe to',
  description: 'iCalendar (RFC 5545).',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The calendar',
      content: { 'text/calendar': { schema: z.string().openapi({ example: EXAMPLE }) } },
    },
    ...problemResponses('invalid-request', 'store-away'),
  },
})

export const addCalendar = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { terms } = settingsOf(env)
    const listed = await withStatus(env, await listDistributions(env.DB))
    return context.body(calendarText(terms.name, occasions(terms, listed)), 200, {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': `inline; filename="${terms.name}.ics"`,
    })
  })
