import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

// Everything that can be called or read from outside says what it is, and explains each parameter: by a line of its own, or
// by its name in the sentence.

const ROOT = new URL('../..', import.meta.url).pathname
const require = createRequire(import.meta.url)
const solc = require('solc') as {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string
}

interface Node {
  nodeType: string
  name?: string
  kind?: string
  visibility?: string
  documentation?: { text: string }
  parameters?: { parameters: Node[] }
  returnParameters?: { parameters: Node[] }
  members?: Node[]
  nodes?: Node[]
}

const sources = globSync('contracts/src/**/*.sol', { cwd: ROOT })
const input = {
  language: 'Solidity',
  sources: Object.fromEntries(
    sources.map((file) => [file, { content: readFileSync(`${ROOT}${file}`, 'utf8') }]),
  ),
  settings: { evmVersion: 'cancun', outputSelection: { '*': { '': ['ast'] } } },
}
const output = JSON.parse(
  solc.compile(JSON.stringify(input), {
    import: (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') }),
  }),
) as { errors?: { severity: string; formattedMessage: string }[]; sources: Record<string, { ast: Node }> }

/** What has to be explained: types, events, errors and constructors, and what is seen from outside. */
const isPublic = ({ nodeType, kind, visibility }: Node): boolean =>
  ['ContractDefinition', 'StructDefinition', 'EventDefinition', 'ErrorDefinition'].includes(nodeType) ||
  kind === 'constructor' ||
  (['FunctionDefinition', 'VariableDeclaration'].includes(nodeType) &&
    (visibility === 'public' || visibility === 'external'))

const problemsOf = (node: Node, place: string): string[] => {
  const text = node.documentation?.text ?? ''
  const parameters = [
    ...(node.parameters?.parameters ?? []),
    ...(node.nodeType === 'StructDefinition' ? (node.members ?? []) : []),
  ]
  if (/@inheritdoc /.test(text)) return []
  if (node.kind === 'constructor' && parameters.length === 0) return []
  const problems: string[] = []
  if (node.kind !== 'constructor' && !/@notice |^[^@]/.test(text.trimStart())) problems.push('says nothing')
  for (const { name = '' } of parameters) {
    if (name === '') problems.push('has a parameter without a name')
    else if (!new RegExp(`@param ${name} |\`${name}\``).test(text)) problems.push(`does not explain ${name}`)
  }
  const returned = node.returnParameters?.parameters.length ?? 0
  const said = (text.match(/@return /g) ?? []).length
  // A view that returns one value may say in its notice what that is.
  if (returned > 1 && said !== returned) problems.push('does not explain each value that it returns')
  return problems.map((problem) => `${place}: ${problem}`)
}

const walk = (nodes: readonly Node[], place: string): { seen: number; problems: string[] } => {
  let seen = 0
  const problems: string[] = []
  for (const node of nodes) {
    const name = `${place}.${node.name || node.kind}`
    if (isPublic(node)) {
      seen++
      problems.push(...problemsOf(node, name))
    }
    const inner = walk(node.nodes ?? [], name)
    seen += inner.seen
    problems.push(...inner.problems)
  }
  return { seen, problems }
}

test('everything public is explained', () => {
  assert.deepEqual(output.errors?.filter(({ severity }) => severity === 'error') ?? [], [])
  const found = sources.map((file) =>
    walk(output.sources[file]?.ast.nodes ?? [], file.replace('contracts/src/', '')),
  )
  assert.ok(found.reduce((sum, { seen }) => sum + seen, 0) > 100, 'the sources were not read')
  assert.deepEqual(
    found.flatMap(({ problems }) => problems),
    [],
  )
})
