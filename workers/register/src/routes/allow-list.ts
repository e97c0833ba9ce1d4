import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { findList } from '../allowLists.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { listSchema, noQuery } from '../schema.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/allow-list',
  operationId: 'getAllowList',
  summary: 'The root of the last allow-list that was sealed',
  description:
    'The root alone: who may buy and has not bought is nobody’s business. A wallet that is on the list gets its proof when ' +
    'it has signed in, and who has bought is on chain.',
  request: { query: noQuery },
  responses: {
    200: { description: 'The list', content: { 'application/json': { schema: listSchema } } },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addAllowList = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const list = await findList(context.env)
    if (list === null) throw new ProblemError('not-found', 'No allow-list has been sealed yet')
    return context.json(list, 200)
  })
