import type { OpenAPIHono } from '@hono/zod-openapi'
import { documentOf } from '../document.ts'
import type { App } from '../env.ts'
import { referenceHtml, STYLE } from '../reference.ts'

const policyOf = async (style: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

/** The description of all routes, for programs and for people. */
export const addDocument = (app: OpenAPIHono<App>): void => {
  app.get('/openapi.json', (context) => context.json(documentOf(app)))
  app.get('/v1/reference', async (context) =>
    context.html(referenceHtml(documentOf(app)), 200, { 'content-security-policy': await policyOf(STYLE) }),
  )
}
