// The tests' side of global-setup.ts.
import { inject } from 'vitest'
import type { Script } from './global-setup.ts'

const base = inject('upstream')

/** Sets what the upstream answers from now on, under a name of the test's own, and returns its address. */
export const upstream = async (script: Script): Promise<string> => {
  const name = crypto.randomUUID()
  const response = await fetch(`${base}/script/${name}`, { method: 'PUT', body: JSON.stringify(script) })
  await response.text()
  return `${base}/ask/${name}`
}

/** The requests it got, oldest first. */
export const seenBy = async <Body>(
  url: string,
): Promise<{ headers: Record<string, string>; body: Body }[]> => {
  const response = await fetch(url.replace('/ask/', '/seen/'))
  return response.json()
}

/** Where nothing listens. */
export const AWAY = 'http://127.0.0.1:1/'
