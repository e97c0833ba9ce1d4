import { z } from '@hono/zod-openapi'

/** A problem is something to mend; a notice is something to know. */
export const findingSchema = z
  .object({
    /** What it is about; the same as long as it is the same thing. */
    key: z.string().openapi({ example: 'root.unknown:0x0b0f4d…' }),
    kind: z.enum(['problem', 'notice']).openapi({ example: 'problem' }),
    text: z.string().openapi({ example: 'Distribution 0x0b0f4d… is on chain and not published here' }),
  })
  .openapi('Finding')

export type Finding = z.output<typeof findingSchema>

export const problem = (key: string, text: string): Finding => ({ key, kind: 'problem', text })
export const notice = (key: string, text: string): Finding => ({ key, kind: 'notice', text })
