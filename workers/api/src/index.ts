import { createApp } from './app.ts'
import type { Env } from './env.ts'
import { proofAtOnce } from './proofAtOnce.ts'
import { SnapshotWorkflow } from './snapshot/workflow.ts'
import { watch } from './watch/watch.ts'

export { SnapshotWorkflow }

const app = createApp()

export default {
  fetch: async (request: Request, env: Env, context: ExecutionContext): Promise<Response> =>
    (await proofAtOnce(request, env, context)) ?? app.fetch(request, env, context),
  scheduled: async ({ scheduledTime }: ScheduledController, env: Env): Promise<void> => {
    await watch(env, Math.floor(scheduledTime / 1000))
  },
}
