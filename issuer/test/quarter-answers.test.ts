import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, test } from 'node:test'
import { personAt } from '../asking.ts'
import { answer, openAnswers } from '../quarterAnswers.ts'

const folder = mkdtempSync(join(tmpdir(), 'prorata-answers-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A terminal as a program sees one, with what is typed there. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = Object.assign(new PassThrough(), { isTTY: true })
  let shown = ''
  output.on('data', (text) => {
    shown += text
  })
  const person = personAt(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream)
  assert(person !== null)
  return { person, type: (text: string) => input.write(text), leave: () => input.end(), shown: () => shown }
}

const question = { flag: '--income', given: undefined, kept: null, person: null }

test('an answer is the flag’s, else the one kept, else what is typed until it will do', async () => {
  const { person, type, shown } = terminal()
  const isNumber = (text: string) => /^\d+$/.test(text)
  assert.equal(await answer({ ...question, given: '1', kept: '2', person }, 'how much'), '1')
  assert.equal(await answer({ ...question, kept: '2', person }, 'how much'), '2')
  assert.equal(shown(), '', 'nobody was asked')
  const typed = answer({ ...question, person }, 'how much', isNumber)
  type('twelve\n')
  await new Promise((done) => setTimeout(done, 20))
  type('  12 \n')
  assert.equal(await typed, '12')
  assert.equal(shown().split('how much').length, 3, 'asked twice')
  person.close()
})

test('whoever leaves the terminal has answered nothing, and without one the flag is named', async () => {
  const { person, leave } = terminal()
  const typed = answer({ ...question, person }, 'how much')
  leave()
  await assert.rejects(typed, /nothing was answered: run the command again, it goes on where it was/)
  await assert.rejects(answer(question, 'how much'), /nobody can be asked here, so give --income: how much/)
  const pipe = new PassThrough() as unknown as NodeJS.ReadStream
  assert.equal(personAt(pipe, process.stderr), null)
})

test('answers are kept as soon as they are given, and a damaged book is refused, not forgotten', () => {
  const file = join(folder, '2026-Q1.answers.json')
  const book = openAnswers(file)
  assert.equal(book.get().income, null)
  book.keep({ income: '12000.00' })
  book.keep({ way: 'claim' })
  const again = openAnswers(file).get()
  assert.deepEqual([again.income, again.way, again.agreed], ['12000.00', 'claim', null])
  writeFileSync(file, '{"income": 12}')
  assert.throws(() => openAnswers(file), /is damaged: remove it, and what it held is asked again/)
})
