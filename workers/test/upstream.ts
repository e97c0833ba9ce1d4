// The tests' side of global-setup.ts.
import { inject } from 'vitest'
import type { Script } from './global-setup.ts'

const base = inject('upstream')

const late = new Set<string>()

/** Was this address told to answer late? Then a test waits for it only a little; for others long, whatever the machine does. */
export const isLate = (url: string | undefined): boolean => url !== undefined && late.has(url)

/** Sets what the upstream answers from now on, under a name of the test's own, and returns its address. */
export const upstream = async (script: Script): Promise<string> => {
  const name = crypto.randomUUID()
  const response = await fetch(`${base}/script/${name}`, { method: 'PUT', body: JSON.stringify(script) })
  await response.text()
  const url = `${base}/ask/${name}`
  if (script.delayMs) late.add(url)
  return url
}

/** The requests it got, oldest first. */
export const seenBy = async <Body>(
  url: string,
): Promise<{ headers: Record<string, string>; body: Body }[]> => {
  const response = await fetch(url.replace('/ask/', '/seen/'))
  return response.json()
}

/** What an OpenAPI document has wrong, by the schema of its version: checked outside of workerd, which compiles no schemas. */
export const openApiErrors = async (document: unknown): Promise<unknown[]> => {
  const response = await fetch(`${base}/openapi`, { method: 'PUT', body: JSON.stringify(document) })
  return response.json()
}

/** Where nothing listens. */
export const AWAY = 'http://127.0.0.1:1/'
