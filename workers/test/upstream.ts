// The tests' side of global-setup.ts.
import { inject } from 'vitest'
import type { Script } from './global-setup.ts'

const base = inject('upstream')

const late = new Set<string>()

/** Was this address told to answer late? Then a test waits for it only a little; for others long, whatever the machine does. */
export const isLate = (url: string | undefined): boolean => url !== undefined && late.has(url)

/**
 * Sets what the upstream answers from now on, and returns its address.
 * @param name the test's own where none is given
 */
export const upstream = async (script: Script, name: string = crypto.randomUUID()): Promise<string> => {
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
