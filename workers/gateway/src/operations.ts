// Which operations a GraphQL document has. Not a parser: it skips what can hold braces or words without being either
// (strings, block strings, comments) and looks at what stands outside all brackets.

const TOKEN = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|[_A-Za-z][_0-9A-Za-z]*|[{}()[\]]|"/g

/**
 * The kinds of the definitions in a document, in order: `query` (the short form `{ … }` too), `mutation`, `subscription`,
 * `fragment`, or whatever word stands there instead.
 * @returns null when brackets or strings do not close
 */
export const definitionsOf = (document: string): string[] | null => {
  const kinds: string[] = []
  let depth = 0
  // Between definitions a word says what comes; after it, name, variables and directives may follow until the braces.
  let expecting = true
  for (const [token] of document.matchAll(TOKEN)) {
    if (token === '"') return null
    if (token.startsWith('"') || token.startsWith('#')) continue
    if (token === '{' || token === '(' || token === '[') {
      if (token === '{' && depth === 0 && expecting) kinds.push('query')
      if (token === '{' && depth === 0) expecting = false
      depth += 1
      continue
    }
    if (token === '}' || token === ')' || token === ']') {
      depth -= 1
      if (depth < 0) return null
      if (depth === 0 && token === '}') expecting = true
      continue
    }
    if (depth === 0 && expecting) {
      kinds.push(token)
      expecting = false
    }
  }
  return depth === 0 ? kinds : null
}
