// Answers kept at the edge: fresh ones are given as they are, stale ones too, while the next is fetched.

/** Seconds for which an answer is fresh, and for which it is better than none after that. */
export type Keeping = readonly [fresh: number, stale: number]
/** Whether it came from the cache, from there while it is renewed, or from upstream. */
export type How = 'hit' | 'stale' | 'miss'

/**
 * @param name everything the answer depends on
 * @param ask makes the answer, and says whether others may have it too
 * @throws what `ask` throws, where nothing is kept
 */
export const kept = async (
  origin: string,
  name: string,
  [fresh, stale]: Keeping,
  ask: () => Promise<readonly [text: string, keep: boolean]>,
  context: ExecutionContext,
): Promise<[text: string, how: How]> => {
  const cache = caches.default
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name))
  const key = `${origin}/${new Uint8Array(digest)}`
  const renew = async (): Promise<string> => {
    const [text, keep] = await ask()
    const headers = { 'cache-control': `max-age=${fresh + stale}`, made: `${Date.now()}` }
    if (keep) context.waitUntil(cache.put(key, new Response(text, { headers })))
    return text
  }
  const found = await cache.match(key)
  if (!found) return [await renew(), 'miss']
  const isFresh = Date.now() - Number(found.headers.get('made')) < fresh * 1000
  // Who fails to renew it leaves the old one, until it is too old.
  isFresh || context.waitUntil(renew().catch(() => {}))
  return [await found.text(), isFresh ? 'hit' : 'stale']
}
