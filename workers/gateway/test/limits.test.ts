import * as fc from 'fast-check'
import { type DocumentNode, Kind, parse, print, type SelectionSetNode, visit } from 'graphql'
import { describe, expect, test } from 'vitest'
import { readDocument } from '../src/document.ts'
import { examine, LIMITS } from '../src/limits.ts'
import type { Refusal } from '../src/refusal.ts'
import { ask, codeOf, query } from './gateway.ts'

const verdict = (text: string, variables: Record<string, unknown> = {}, introspection = false) => {
  try {
    return examine(readDocument(text), variables, introspection)
  } catch (error) {
    return (error as Refusal).message
  }
}

/** What graphql-js finds in a document of one query: the same figures, by another way. */
const measured = (document: DocumentNode) => {
  const figures = { depth: 0, fields: 0, aliases: 0, first: 0 }
  const fragments = new Map<string, SelectionSetNode>()
  visit(document, { FragmentDefinition: (node) => void fragments.set(node.name.value, node.selectionSet) })
  const walk = (set: SelectionSetNode, depth: number) => {
    figures.depth = Math.max(figures.depth, depth)
    for (const node of set.selections) {
      figures.fields += 1
      if (node.kind === Kind.INLINE_FRAGMENT) walk(node.selectionSet, depth)
      else if (node.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(node.name.value)
        if (fragment) walk(fragment, depth)
      } else {
        if (node.alias) figures.aliases += 1
        for (const { name, value } of node.arguments ?? []) {
          if (name.value === 'first' && value.kind === Kind.INT)
            figures.first = Math.max(figures.first, Number(value.value))
        }
        if (node.selectionSet) walk(node.selectionSet, depth + 1)
      }
    }
  }
  for (const node of document.definitions)
    if (node.kind === Kind.OPERATION_DEFINITION) walk(node.selectionSet, 1)
  return figures
}

const name = fc.constantFrom(
  'accounts',
  'on',
  'query',
  'fragment',
  'first',
  'block',
  '_a1',
  'type',
  'mutation',
)
const noise = fc.constantFrom(' ', ',', '\n# } " {\n', '\r\n', '\t', ' # """\r', '\uFEFF')
const text = fc.constantFrom('"a } b"', '"\\" {"', '"""{ " }"""', '"""\\""" ("""', '""')
const value: fc.Arbitrary<string> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('1', '-5', '1.5e3', 'true', 'null', 'ENUM', '$v'),
    text,
    fc.array(tie('value'), { maxLength: 2 }).map((all) => `[${all.join(' ')}]`),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 2, selector: ([key]) => key })
      .map((all) => `{${all.map(([key, each]) => `${key}:${each}`).join(',')}}`),
  ),
})).value as fc.Arbitrary<string>
/** No argument twice: that is no valid document. */
const given = fc
  .uniqueArray(
    fc.oneof(
      fc.tuple(name, value).filter(([key]) => key !== 'first'),
      fc.tuple(fc.constant('first'), fc.integer({ min: 0, max: 1500 }).map(String)),
    ),
    { maxLength: 2, selector: ([key]) => key },
  )
  .map((all) => (all.length === 0 ? '' : `(${all.map(([key, each]) => `${key}:${each}`).join(' ')})`))
const directive = fc.option(
  given.map((args) => `@include${args || '(if:true)'}`),
  { nil: '' },
)
const selections: fc.Arbitrary<string> = fc.letrec((tie) => {
  const set = fc.array(tie('selection'), { minLength: 1, maxLength: 4 }).map((all) => `{${all.join(' ')}}`)
  return {
    selection: fc.oneof(
      { maxDepth: 7, withCrossShrink: true },
      fc.tuple(name, given, directive).map((all) => all.join(' ')),
      fc.tuple(name, name, given, directive).map(([alias, ...all]) => `${alias}: ${all.join(' ')}`),
      fc.constantFrom('...A', '... A @skip(if:false)', '...query'),
      fc.tuple(name, given, directive, set).map((all) => all.join(' ')),
      fc.tuple(directive, set).map((all) => `...${all.join(' ')}`),
      fc.tuple(name, directive, set).map((all) => `... on ${all.join(' ')}`),
    ),
    set,
  }
}).set as fc.Arbitrary<string>

describe('a document', () => {
  test('is measured as graphql-js measures it, whatever is in it', () => {
    let [refused, passed] = [0, 0]
    fc.assert(
      fc.property(selections, selections, fc.array(noise, { minLength: 1 }), (set, fragment, gaps) => {
        // A fragment that spreads itself is no valid document, and is for another test.
        const inner = fragment.replace(/\.\.\. ?(A|query)/g, '__typename')
        const spread = set.replaceAll('...query', '...A')
        let gap = 0
        const document = `query Q($v: Int = 5, $w: [Int!]! @d(e: 1)) @x(y: {z: "("}) ${spread} fragment A on T @y ${inner}`
        const spaced = document.replace(/"""[\s\S]*?[^\\]"""|"(\\.|[^"\\])*"|\s/g, (part) =>
          part[0] === '"' ? part : ` ${gaps[gap++ % gaps.length]} `,
        )
        const { depth, fields, aliases, first: most } = measured(parse(spaced))
        const good =
          depth <= LIMITS.depth &&
          fields <= LIMITS.fields &&
          aliases <= LIMITS.aliases &&
          most <= LIMITS.first
        const said = verdict(spaced)
        // However it is written.
        expect(verdict(print(parse(spaced)))).toBe(said)
        if (good) {
          passed += 1
          expect(said).toEqual(expect.any(Number))
        } else {
          refused += 1
          const over = Object.entries({ depth, fields, aliases, first: most })
            .filter(([limit, value]) => value > LIMITS[limit as keyof typeof LIMITS])
            .map(([limit]) => `${limit}: at most ${LIMITS[limit as keyof typeof LIMITS]}`)
          expect(over).toContain(said)
        }
      }),
      { numRuns: 1500 },
    )
    expect(Math.min(refused, passed)).toBeGreaterThan(100)
  })

  test('that is none is refused or passed on, and never breaks the reader', () => {
    const bits = fc.constantFrom(
      ...'{}()[]:@$!=|&"#',
      '"""',
      '...',
      'a',
      'on',
      'query',
      'fragment',
      'first',
      '1',
      '\n',
      '\\',
      '\u2028',
    )
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 60 }), (parts) => {
        const said = verdict(parts.join(' '), { a: { number: 1 } })
        expect(typeof said).toMatch(/number|string/)
        expect(String(said)).not.toMatch(/undefined|not a function|Cannot/)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('limits', () => {
  const nested = (depth: number) => `${'{a'.repeat(depth)}${'}'.repeat(depth)}`
  test.each([
    [nested(LIMITS.depth), nested(LIMITS.depth + 1), 'depth'],
    [`{${'a '.repeat(LIMITS.fields)}}`, `{${'a '.repeat(LIMITS.fields + 1)}}`, 'fields'],
    [`{${'b:a '.repeat(LIMITS.aliases)}}`, `{${'b:a '.repeat(LIMITS.aliases + 1)}}`, 'aliases'],
    ['{a(first:1000)}', '{a(first:1001)}', 'first'],
    ['{a(skip:5000)}', '{a(skip:5001)}', 'skip'],
    ['query($n:Int=1000){a(first:$n)}', 'query($n:Int=1001){a(first:$n)}', 'first'],
    ['query($n:[Int!]!,$m:Int=1000){a(first:$m)}', 'query($n:[Int!]!,$m:Int=1001){a(first:$m)}', 'first'],
    ['{...A}fragment A on Q{a(first:1)}', '{...A}fragment A on Q{a(first:5000)}', 'first'],
    ['query A{a}query B{a(first:1)}', 'query A{a}query B{a(first:2000)}', 'first'],
    [
      `{a}${Array.from({ length: LIMITS.fragments }, (_, at) => `fragment F${at} on A{b}`).join(' ')}`,
      `{a}${Array.from({ length: LIMITS.fragments + 1 }, (_, at) => `fragment F${at} on A{b}`).join(' ')}`,
      'fragments',
    ],
  ] as const)('%s passes and a little more does not: %#', (good, bad, limit) => {
    expect(verdict(good)).toEqual(expect.any(Number))
    expect(verdict(bad)).toBe(`${limit}: at most ${LIMITS[limit]}`)
  })

  test('hold for variables, which win over defaults', () => {
    const text = 'query($n:Int=5){a(first:$n)}'
    expect(verdict(text, { n: 1000 })).toEqual(expect.any(Number))
    for (const n of [1001, '1001', 1e9]) expect(verdict(text, { n })).toBe('first: at most 1000')
    expect(verdict(text, { n: null })).toEqual(expect.any(Number))
  })

  test('hold for fragments wherever they are spread, and for those that spread themselves or each other', () => {
    const bomb = Array.from({ length: 15 }, (_, at) => `fragment F${at} on A{...F${at + 1} ...F${at + 1}}`)
    expect(verdict(`{...F0}${bomb.join(' ')}fragment F15 on A{b}`)).toBe('fields: at most 400')
    expect(verdict('{...A}fragment A on Q{...A}')).toBe('fields: at most 400')
    expect(verdict('{...A}fragment A on Q{b{...B}}fragment B on Q{b{...A}}')).toBe('depth: at most 6')
    expect(verdict(`{a{...A}}fragment A on Q${nested(LIMITS.depth)}`)).toBe('depth: at most 6')
  })

  test('are told to who goes beyond them', async () => {
    const response = await ask({}, query('{a(first:5000)}'))
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('TOO_MUCH')
  })
})

describe('the schema', () => {
  const introspection = '{__schema{types{fields{type{ofType{ofType{ofType{name}}}}}}}}'

  test('is told where that is wanted, and only there', async () => {
    expect(verdict(introspection)).toBe('No schema here')
    expect(verdict('{...A}fragment A on Query{__type(name:"Account"){name}}')).toBe('No schema here')
    expect(verdict(introspection, {}, true)).toBe(Infinity)
    const response = await ask({}, query(introspection))
    expect(await codeOf(response)).toBe('NO_INTROSPECTION')
  })

  test('is not meant by the name of a type', () => {
    expect(verdict('{accounts{__typename}__typename}')).toBe(Infinity)
  })
})

describe('the block', () => {
  test.each([
    ['{a(block:{number:5})}', {}, 5],
    ['{a(block:{number:5}) b:c(first:1,block:{number:9})}', {}, 9],
    ['query($n:Int!){a(block:{number:$n})}', { n: 7 }, 7],
    ['query($b:Block_height){a(block:$b)}', { b: { number: 8 } }, 8],
    ['query($n:Int=6){a(block:{number:$n}){b(c:1)}}', {}, 6],
    ['{...A}fragment A on Query{a(block:{number:5})}', {}, 5],
    ['{...{a(block:{number:5})}__typename}', {}, 5],
    ['{a}', {}, Infinity],
    ['{a(block:{number:5}) b}', {}, Infinity],
    ['{a(block:{number_gte:5})}', {}, Infinity],
    ['{a(block:{hash:"0x1"})}', {}, Infinity],
    ['{a(where:{block:{number:5}})}', {}, Infinity],
    ['{a{b(block:{number:5})}}', {}, Infinity],
    ['query($n:Int){a(block:{number:$n})}', {}, Infinity],
    ['query($n:Int){a(block:{number:$n})}', { n: null }, Infinity],
    ['query($b:Block_height){a(block:$b)}', { b: null }, Infinity],
    ['{a(block:{number:5})...A}fragment A on Query{b}', {}, Infinity],
    ['query A{a(block:{number:5})}query B{a}', {}, Infinity],
  ])('of %s with %j is %d', (text, variables, block) => {
    expect(verdict(text, variables)).toBe(block)
  })
})
