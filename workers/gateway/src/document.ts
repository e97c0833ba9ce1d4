// A GraphQL document (October 2021), read as far as its cost and its cacheability go: into tokens, and brackets within
// brackets. What is no valid document may be read as anything, for graph-node refuses it; what is valid is read as it reads it.
import { refuse } from './refusal.ts'

/** A token, or a group: an opening bracket and what follows it. `token[0]` tells which: no token begins with a bracket. */
export type Token = string | Token[]
export type Variables = Record<string, unknown>

const TOKEN = /"""(\\"""|[\s\S])*?"""|"(\\.|[^"\\\n])*"|#[^\n\r]*|\.{3}|[\w-]+|[^\s,\uFEFF]/g
const CLOSING: Record<string, string> = { '{': '}', '(': ')', '[': ']' }
/** Brackets within brackets: far beyond any query, and far below what this reader's stack bears. */
const MOST_NESTED = 50

/** Of what is no query, and of what no valid document can be: it might be read otherwise upstream. */
export const refuseDocument = (): never => refuse('QUERIES_ONLY', 'Only GraphQL queries are answered')

/** @throws Refusal QUERIES_ONLY where brackets or strings do not close */
export const readDocument = (text: string): Token[] => {
  const document: Token[] = ['']
  const open = [document]
  for (const token of text.match(TOKEN) ?? []) {
    const group = open.at(-1) as Token[]
    if (CLOSING[token]) {
      const inner = [token]
      group.push(inner)
      if (open.push(inner) > MOST_NESTED) refuseDocument()
    } else if (token === CLOSING[group[0] as string]) open.pop()
    else if ('")}]'.includes(token)) refuseDocument()
    else if (token[0] !== '#') group.push(token)
  }
  return open[1] ? refuseDocument() : document
}

/**
 * The values after `name:`, or of a variable's definition after `=`. Of literals only numbers and objects matter here.
 * @throws Refusal QUERIES_ONLY for a name that is there twice
 */
export const valuesIn = (group: Token[], variables: Variables): Variables => {
  const values: Variables = { __proto__: null }
  let name = ''
  group.forEach((token, at) => {
    if (token === ':') {
      name = group[at - 1] as string
      if (name in values) refuseDocument()
    }
    if (token !== ':' && token !== '=') return
    const value = group[at + 1] as Token
    values[name] =
      typeof value === 'object'
        ? valuesIn(value, variables)
        : value === '$'
          ? variables[`${group[at + 2]}`]
          : Number(value)
  })
  return values
}
