// Answers in other forms than JSON, and the way from one page to the next.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { App } from './env.ts'

export const formatParam = z
  .enum(['json', 'csv'], { error: 'must be json or csv' })
  .openapi({ description: 'json when not given', example: 'json' })

/** A table in an OpenAPI description. */
export const csvContent = (example: string) => ({
  'text/csv': {
    schema: z.string().openapi({
      description:
        'RFC 4180, column names first; cells that a spreadsheet would run as formulas begin with an apostrophe',
      example,
    }),
  },
})

/** Where the next page is (RFC 8288), in whatever form the answer has: the same request, further on. */
export const nextLink = (
  context: Context<App>,
  query: Record<string, string | number | null>,
): Record<string, string> => {
  const url = new URL(context.req.url)
  for (const [name, value] of Object.entries(query)) {
    if (value === null) return {}
    url.searchParams.set(name, String(value))
  }
  return { link: `<${url.pathname}${url.search}>; rel="next"` }
}
