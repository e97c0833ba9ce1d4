import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const ROOT = new URL('../..', import.meta.url).pathname

/** One condition of a source file, made visible to a tool that sees statements alone. */
export interface Branch {
  /** The condition as it stands in the source. */
  text: string
  /** Its line in the source, and where the changed source has a statement that only its being true, or false, reaches. */
  line: number
  whenTrue: number
  whenFalse: number
}

export interface Visible {
  source: string
  branches: Branch[]
  /** Lines of conditions in assembly, where no function can be called. */
  assembly: number[]
  /** Lines of the source; what follows them was added. */
  lines: number
}

interface Node {
  nodeType: string
  src: string
  operator?: string
  condition?: Node
  leftExpression?: Node
  rightExpression?: Node
}

const solc = require('solc') as {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value

/** Every node of a tree, parents first. */
function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child)
  }
}

/** The conditions that a node decides by: of if, ?: and loops, and both sides of && and ||. */
const conditionsOf = (node: Node): (Node | undefined)[] => {
  if (
    ['IfStatement', 'Conditional', 'ForStatement', 'WhileStatement', 'DoWhileStatement'].includes(
      node.nodeType,
    )
  )
    return [node.condition]
  if (node.nodeType === 'BinaryOperation' && (node.operator === '&&' || node.operator === '||'))
    return [node.leftExpression, node.rightExpression]
  return []
}

/** The syntax trees of the sources, by file. */
const treesOf = (files: string[]): Record<string, { ast: Node }> => {
  const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(files.map((file) => [file, { content: read(file) }])),
    settings: { evmVersion: 'cancun', outputSelection: { '*': { '': ['ast'] } } },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') }),
    }),
  ) as { sources: Record<string, { ast: Node }>; errors?: { severity: string; formattedMessage: string }[] }
  const error = output.errors?.find(({ severity }) => severity === 'error')
  if (error !== undefined) throw new Error(error.formattedMessage)
  return output.sources
}

/** Puts every condition of the sources through a function of its own, which has a statement for either outcome. */
export const showBranches = (files: string[]): Map<string, Visible> => {
  const trees = treesOf(files)
  const shown = new Map<string, Visible>()
  for (const file of files) {
    const text = readFileSync(`${ROOT}${file}`)
    const lineAt = (byte: number): number => text.subarray(0, byte).toString().split('\n').length
    const tree = trees[file]?.ast
    if (tree === undefined) throw new Error(`the compiler gave no tree for ${file}`)
    const insertions: { at: number; text: string }[] = []
    const branches: Branch[] = []
    const assembly: number[] = []
    const added: string[] = []
    const lines = lineAt(text.length)
    for (const node of nodesOf(tree)) {
      if (node.nodeType === 'YulIf' || node.nodeType === 'YulForLoop' || node.nodeType === 'YulSwitch')
        assembly.push(lineAt(Number(node.src.split(':')[0])))
      for (const condition of conditionsOf(node)) {
        if (condition === undefined || condition === null) continue
        const [start = 0, length = 0] = condition.src.split(':').map(Number)
        const name = `_taken${branches.length}`
        // Parents come first, so at one place the outer bracket opens first and closes last.
        insertions.push({ at: start, text: `${name}(` })
        insertions.unshift({ at: start + length, text: ')' })
        const first = lines + added.length + 1
        added.push(
          `function ${name}(bool c) pure returns (bool) {`,
          'if (c) {',
          'c = true;',
          '} else {',
          'c = false;',
          '}',
          'return c;',
          '}',
        )
        branches.push({
          text: text
            .subarray(start, start + length)
            .toString()
            .replaceAll(/\s+/g, ' '),
          line: lineAt(start),
          whenTrue: first + 2,
          whenFalse: first + 4,
        })
      }
    }
    let source = ''
    let from = 0
    for (const insertion of insertions.toSorted((a, b) => a.at - b.at)) {
      source += text.subarray(from, insertion.at).toString() + insertion.text
      from = insertion.at
    }
    source += text.subarray(from).toString()
    shown.set(file, { source: `${source}\n${added.join('\n')}\n`, branches, assembly, lines })
  }
  return shown
}
