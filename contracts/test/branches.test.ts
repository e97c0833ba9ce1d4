import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

// The trees of branches beside the tests say what is tested; here that they say the truth.

const here = import.meta.dirname
const read = (pattern: string): string =>
  globSync(pattern, { cwd: here })
    .map((file) => readFileSync(`${here}/${file}`, 'utf8'))
    .join('\n')

test('every branch written down has its test, and every test its branch', () => {
  const tests = [...read('**/*.t.sol').matchAll(/function ((?:test|testFuzz|invariant)_\w+)\(/g)].map(
    ([, name]) => name,
  )
  const branches = [...read('*.tree').matchAll(/ · (\w+)$/gm)].map(([, name]) => name)
  assert.ok(tests.length > 100, 'the tests were not found')
  assert.deepEqual(
    branches.filter((name) => !tests.includes(name)),
    [],
    'branches without a test',
  )
  assert.deepEqual(
    tests.filter((name) => !branches.includes(name)),
    [],
    'tests of no branch',
  )
})

test('every line of a tree that is no test leads to one', () => {
  for (const file of globSync('*.tree', { cwd: here })) {
    const lines = readFileSync(`${here}/${file}`, 'utf8').trimEnd().split('\n')
    const depth = (line: string | undefined): number =>
      line === undefined ? 0 : line.length - line.trimStart().length
    for (const [i, line] of lines.entries()) {
      const isTest = / · \w+$/.test(line)
      assert.equal(depth(lines[i + 1]) > depth(line), !isTest, `${file}, line ${i + 1}: ${line.trim()}`)
    }
  }
})
