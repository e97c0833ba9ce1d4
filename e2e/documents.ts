import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../local/state.ts'

/** The GraphQL queries that a page of docs/ shows, each with the heading it stands under. */
export const queriesOf = (page: string): { readonly heading: string; readonly query: string }[] => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^## (.*)\n(?:(?!^## )[\s\S])*?```graphql\n([\s\S]*?)```/gm)].map(
    ([, heading = '', query = '']) => ({ heading, query }),
  )
}
