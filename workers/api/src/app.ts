import { OpenAPIHono } from '@hono/zod-openapi'
import { etag } from 'hono/etag'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { compressed, guarded, identified } from './answers.ts'
import { preflight, readableByPages } from './cors.ts'
import type { App } from './env.ts'
import { logged } from './log.ts'
import { type FieldError, ProblemError, problemResponse } from './problem.ts'
import { addAllocations } from './routes/allocations.ts'
import { addCalendar } from './routes/calendar.ts'
import { addClaim } from './routes/claim.ts'
import { addClaims } from './routes/claims.ts'
import { addDistribution } from './routes/distribution.ts'
import { addDistributions } from './routes/distributions.ts'
import { addDocument } from './routes/document.ts'
import { addEstimate } from './routes/estimate.ts'
import { addFeed } from './routes/feed.ts'
import { addHolder } from './routes/holder.ts'
import { addHolders } from './routes/holders.ts'
import { addIncome } from './routes/income.ts'
import { addManifest } from './routes/manifest.ts'
import { addBallots } from './routes/polls/ballots.ts'
import { addCastBallot } from './routes/polls/cast.ts'
import { addBallotsFile } from './routes/polls/file.ts'
import { addPolls } from './routes/polls/list.ts'
import { addOpenPoll } from './routes/polls/open.ts'
import { addPoll } from './routes/polls/poll.ts'
import { addPutUp } from './routes/polls/putUp.ts'
import { addPollVoter } from './routes/polls/voter.ts'
import { addPollWeights } from './routes/polls/weights.ts'
import { addProgram } from './routes/program.ts'
import { addProof } from './routes/proof.ts'
import { addPublish } from './routes/publish.ts'
import { addRecords } from './routes/records.ts'
import { addSnapshot, addSnapshotIndex, addSnapshotPage, addSnapshotStart } from './routes/snapshot.ts'
import { addStatement } from './routes/statement.ts'
import { addStatus } from './routes/status.ts'
import { addTerms } from './routes/terms.ts'

/** In the order in which the document tells of them. */
const ROUTES = [
  ...[addProgram, addTerms, addCalendar, addFeed],
  ...[addHolders, addHolder],
  ...[addSnapshotStart, addSnapshot, addSnapshotPage, addSnapshotIndex],
  ...[
    addDistributions,
    addIncome,
    addDistribution,
    addAllocations,
    addClaim,
    addProof,
    addManifest,
    addRecords,
    addPublish,
  ],
  ...[addClaims, addStatement, addEstimate],
  ...[addPolls, addPoll, addPollWeights, addPollVoter, addCastBallot, addBallots, addBallotsFile],
  ...[addOpenPoll, addPutUp],
  ...[addStatus],
]

/** The whole API: what every request goes through, then one file a route. */
export const createApp = (): OpenAPIHono<App> => {
  const app = new OpenAPIHono<App>({
    defaultHook: (result) => {
      if (result.success) return
      const errors = result.error.issues.map((issue): FieldError => {
        const path = issue.path.map(String)
        const keys = issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')}: not a known field` : ''
        return { at: [result.target, ...path].join('.'), message: keys || issue.message }
      })
      throw new ProblemError(
        'invalid-request',
        errors.map((each) => `${each.at}: ${each.message}`).join('; '),
        { errors },
      )
    },
  })

  app.use(identified)
  app.use(guarded)
  app.use(readableByPages)
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (context, methods) => {
        if (context.req.method === 'OPTIONS') return preflight(context, methods)
        const allow = [...methods, 'OPTIONS'].join(', ')
        const response = problemResponse(context, 'method-not-allowed', `Here only ${allow} are answered`)
        response.headers.set('allow', allow)
        return response
      },
    }),
  )
  app.use(compressed)
  app.use(etag())

  app.openAPIRegistry.registerComponent('securitySchemes', 'issuer', { type: 'http', scheme: 'bearer' })
  for (const add of ROUTES) add(app)
  addDocument(app)

  app.notFound((context) =>
    problemResponse(context, 'not-found', 'No route has this address; /v1/reference lists those there are'),
  )

  app.onError((error, context) => {
    if (error instanceof ProblemError) {
      if (error.problem === 'misconfigured' || error.problem === 'store-broken') {
        logged('error', error.problem, { message: error.message })
      }
      return problemResponse(context, error.problem, error.message, error.extra)
    }
    logged('error', 'internal', { message: error.message, stack: error.stack })
    return problemResponse(
      context,
      'internal',
      'This request met an unexpected error; its id finds it in the logs',
    )
  })
  return app
}
