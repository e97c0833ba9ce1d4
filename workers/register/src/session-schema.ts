import { z } from '@hono/zod-openapi'
import { seconds, wallet } from './schema.ts'

export const sessionSchema = z.object({ wallet, expiresAt: seconds }).openapi('Session')
