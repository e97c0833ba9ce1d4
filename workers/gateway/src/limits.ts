import { refuseDocument, type Token, type Variables, valuesIn } from './document.ts'
import { refuse } from './refusal.ts'

/** What a document may ask for. Fields and aliases count as often as they are answered: wherever their fragment is spread. */
export const LIMITS = { depth: 6, fields: 400, aliases: 30, fragments: 20, first: 1000, skip: 5000 }
/** The depth where the schema may be asked for: types have types within. */
const INTROSPECTION_DEPTH = 16

/**
 * Refuses a document that asks too much, whichever of its operations is meant.
 * @param given the request's variables
 * @returns the highest block by whose number a root field is pinned; Infinity when any root field is not
 * @throws Refusal TOO_MUCH naming the limit, QUERIES_ONLY, NO_INTROSPECTION
 */
export const examine = (document: Token[], given: Variables, introspection: boolean): number => {
  const fragments = new Map<Token, Token[]>()
  const queries: [set: Token[], variables: Variables][] = []
  let [fields, aliases, pinned] = [0, 0, 0]
  const within = (limit: keyof typeof LIMITS, value: unknown, most = LIMITS[limit]): void => {
    if ((value as number) > most) refuse('TOO_MUCH', `${limit}: at most ${most}`)
  }

  const walk = (set: Token[], variables: Variables, depth: number): void => {
    within('depth', depth, introspection ? INTROSPECTION_DEPTH : LIMITS.depth)
    // How deep the next selection set is: a fragment's is as deep as it is itself.
    let inner = depth
    for (let at = 1; at < set.length; at++) {
      const token = set[at] as Token
      const next = set[at + 1] ?? ''
      if (token[0] === '{') walk(token as Token[], variables, inner)
      else if (token === '@' || next === ':') {
        at++
        if (next === ':') within('aliases', ++aliases)
      } else if (token === '...') {
        within('fields', ++fields)
        inner = depth
        const fragment = fragments.get(next)
        if (fragment) walk(fragment, variables, depth)
        at += next === 'on' ? 2 : fragment ? 1 : 0
      } else if (token[0] !== '(') {
        within('fields', ++fields)
        inner = depth + 1
        const { first, skip, block } = next[0] === '(' ? valuesIn(next as Token[], variables) : {}
        within('first', first)
        within('skip', skip)
        if (/^__(s|type$)/.test(token as string) && !introspection)
          refuse('NO_INTROSPECTION', 'No schema here')
        const { number } = Object(block)
        if (depth < 2 && token !== '__typename')
          pinned = Math.max(pinned, Number.isSafeInteger(number) ? number : Infinity)
      }
    }
  }

  let words: Token[] = []
  for (const token of document.slice(1)) {
    // A string before a definition describes it.
    if (token[0] !== '"') words.push(token)
    if (token[0] !== '{') continue
    const [kind, name] = words as [Token, Token]
    const definitions = words.find((word) => word[0] === '(') as Token[] | undefined
    if (kind === 'fragment' && !fragments.has(name)) fragments.set(name, token as Token[])
    else if (kind === token || kind === 'query')
      queries.push([token as Token[], { ...valuesIn(definitions ?? [], {}), ...given }])
    else refuseDocument()
    words = []
  }
  within('fragments', fragments.size)
  queries[0] || refuseDocument()
  for (const [set, variables] of queries) walk(set, variables, 1)
  return pinned
}
