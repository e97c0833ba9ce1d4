// The commands that documents show are commands that exist, with flags that they have.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { program } from '../commands.ts'

const root = join(import.meta.dirname, '../..')
const documents = [
  'README.md',
  'docs/guides/issuer.md',
  'docs/guides/auditor.md',
  'docs/guides/production.md',
]

/** What stands after `prorata` in a document's blocks of shell commands, continued lines joined and comments left out. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) =>
      line
        .replace(/\s#.*$/, '')
        .trim()
        .split(/\s+/),
    )
    .filter(([word]) => word === 'prorata')
    .map(([, ...words]) => words)
}

function commandOf(words: readonly string[]): Command {
  return words.reduce(
    (command: Command, word) => command.commands.find((each) => each.name() === word) ?? command,
    program,
  )
}

for (const document of documents) {
  test(`every command in ${document} exists, with its flags and what it must be told`, () => {
    const all = commandsIn(readFileSync(join(root, document), 'utf8'))
    if (document === 'docs/guides/issuer.md') assert(all.length > 10)
    for (const words of all) {
      const command = commandOf(words)
      assert.notEqual(command, program, words.join(' '))
      const options = [...command.options, ...program.options]
      const given = words.filter((word) => word.startsWith('--'))
      for (const flag of given) {
        assert(
          options.some(({ long }) => long === flag),
          `prorata ${words.join(' ')}: ${flag}`,
        )
      }
      for (const { long, mandatory } of command.options) {
        assert(!mandatory || given.includes(long ?? ''), `prorata ${words.join(' ')} must have ${long}`)
      }
    }
  })
}
