import { useSyncExternalStore } from 'react'
import { type Route, readRoute, writeRoute } from '../route.ts'

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

/** Where the reader is; `goTo` moves there and leaves an entry in the browser's history. */
export function useRoute(): Route {
  return readRoute(useSyncExternalStore(subscribe, () => window.location.hash))
}

export function goTo(route: Route): void {
  window.location.hash = writeRoute(route)
}
