import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { chainTimeOf } from '../../chain.ts'
import type { App } from '../../env.ts'
import { countedPolls } from '../../polls/documents.ts'
import { statusField } from '../../polls/poll-schema.ts'
import { listPolls } from '../../polls/polls.ts'
import { receiptSigner } from '../../polls/signer.ts'
import { statusOf } from '../../polls/told.ts'
import { problemResponses } from '../../problem.ts'
import { address, hash, seconds } from '../../schema.ts'

const listed = z
  .object({
    id: hash,
    name: z.string().openapi({ example: '2026-moving' }),
    question: z.string().openapi({ example: 'Shall I move to the coast?' }),
    status: statusField,
    opensAt: seconds,
    closesAt: seconds,
  })
  .openapi('ListedPoll')

const answer = z
  .object({
    receiptSigner: address
      .nullable()
      .openapi({ description: 'Who signs receipts here; null where no poll can be opened' }),
    polls: z.array(listed),
  })
  .openapi('Polls')

const route = createRoute({
  method: 'get',
  path: '/v1/polls',
  tags: ['Polls'],
  operationId: 'listPolls',
  summary: 'Every poll, the one that closes last first',
  request: { query: z.strictObject({}) },
  responses: {
    200: { description: 'The polls', content: { 'application/json': { schema: answer } } },
    ...problemResponses('invalid-request', 'store-away'),
  },
})

export const addPolls = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const kept = await listPolls(env.DB)
    const [time, counted] =
      kept.length === 0 ? [null, new Set()] : await Promise.all([chainTimeOf(env), countedPolls(env.DB)])
    const polls = kept.map(({ id, poll }) => ({
      id,
      name: poll.name,
      question: poll.question,
      status: statusOf(poll, time, counted.has(id)),
      opensAt: Number(poll.opensAt),
      closesAt: Number(poll.closesAt),
    }))
    return context.json({ receiptSigner: receiptSigner(env), polls }, 200)
  })
