import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { planned, survivors } from '../mutation/plan.ts'

// The whole run takes long (`node contracts/mutation/main.ts`); here that its list of survivors has not outlived the lines it
// speaks of, and that nothing is left out of it.

const here = import.meta.dirname
const mutants = planned()

test('every survivor is still a mutant, and has a reason', () => {
  const names = new Set(mutants.map(({ name }) => name))
  assert.deepEqual(
    Object.keys(survivors()).filter((name) => !names.has(name)),
    [],
    'survivors.json names what is no mutant any more',
  )
  for (const [name, reason] of Object.entries(survivors()))
    assert.ok(reason.length > 20, `survivors.json gives no reason for ${name}`)
})

test('each mutant has a name of its own, and is a change', () => {
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length)
  for (const { name, file, source } of mutants)
    assert.notEqual(source, readFileSync(`${here}/../src/${file}`, 'utf8'), name)
})

test('every source file that can be broken is broken', () => {
  const tried = new Set(mutants.map(({ file }) => file))
  const left = globSync('**/*.sol', { cwd: `${here}/../src` }).filter(
    (file) =>
      !tried.has(file) &&
      !file.startsWith('local/') &&
      /^(contract|library) /m.test(readFileSync(`${here}/../src/${file}`, 'utf8')),
  )
  assert.deepEqual(left, [])
})

test('every suite that has to notice exists', () => {
  const tests = globSync('**/*.t.sol', { cwd: here }).map((file) => readFileSync(`${here}/${file}`, 'utf8'))
  for (const suite of new Set(mutants.flatMap(({ suites, chance }) => [...suites, ...chance])))
    assert.ok(
      tests.some((source) => source.includes(`contract ${suite} is`)),
      `no test file has ${suite}`,
    )
})
