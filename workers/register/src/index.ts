import { createApp } from './app.ts'
import { deleteExpired } from './entries.ts'
import type { Env } from './env.ts'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled(_, env) {
    const deleted = await deleteExpired(env)
    console.log(JSON.stringify({ retention: { deleted } }))
  },
} satisfies ExportedHandler<Env>
