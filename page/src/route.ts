/** The page's addresses live behind `#`, so that any static server can serve it. */
import type { Address, Hex } from './api.ts'

/** Views without anything chosen in them, each under its own name. */
const PLAIN = ['dashboard', 'wallets', 'relay', 'issuer', 'register'] as const

export type Route =
  | { readonly view: 'claim'; readonly address: Address | null }
  | { readonly view: (typeof PLAIN)[number] }
  /** The distribution to check, if one is chosen. */
  | { readonly view: 'check'; readonly id: Hex | null }
  /** The poll to show, or all of them. */
  | { readonly view: 'polls'; readonly id: Hex | null }

const ADDRESS = /^0x[0-9a-fA-F]{40}$/

export function isAddress(text: string): text is Address {
  return ADDRESS.test(text)
}

function isHash(text: string): text is Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(text)
}

export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Unknown addresses of the page lead to its front. */
export function readRoute(hash: string): Route {
  const [view = '', rest = ''] = hash.replace(/^#\/?/, '').split('/')
  const plain = PLAIN.find((each) => each === view)
  if (plain !== undefined) return { view: plain }
  if (view === 'check' || view === 'polls') return { view, id: isHash(rest) ? rest : null }
  return { view: 'claim', address: view === 'address' && isAddress(rest) ? rest : null }
}

export function writeRoute(route: Route): string {
  if (route.view === 'check' || route.view === 'polls')
    return route.id === null ? `#/${route.view}` : `#/${route.view}/${route.id}`
  if (route.view !== 'claim') return `#/${route.view}`
  return route.address === null ? '#/' : `#/address/${route.address}`
}
