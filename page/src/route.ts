/** The page's addresses live behind `#`, so that any static server can serve it. */
import type { Address } from './api.ts'

export type Route =
  | { readonly view: 'claim'; readonly address: Address | null }
  | { readonly view: 'dashboard' }

const ADDRESS = /^0x[0-9a-fA-F]{40}$/

export function isAddress(text: string): text is Address {
  return ADDRESS.test(text)
}

export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Unknown addresses of the page lead to its front. */
export function readRoute(hash: string): Route {
  const [view = '', rest = ''] = hash.replace(/^#\/?/, '').split('/')
  if (view === 'dashboard') return { view: 'dashboard' }
  return { view: 'claim', address: view === 'address' && isAddress(rest) ? rest : null }
}

export function writeRoute(route: Route): string {
  if (route.view === 'dashboard') return '#/dashboard'
  return route.address === null ? '#/' : `#/address/${route.address}`
}
