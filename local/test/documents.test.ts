import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { ROOT } from '../state.ts'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean)

describe('documents', () => {
  for (const page of pages) {
    test(`${page} links to what exists`, () => {
      const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
      for (const link of links.filter((one) => !/^(https?:|mailto:)/.test(one))) {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        assert.ok(existsSync(join(ROOT, target)), `${page} links to ${link}, which is not there`)
        if (anchor !== undefined && target.endsWith('.md')) {
          const anchors = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title))
          assert.ok(anchors.includes(anchor), `${page} links to ${link}, and ${target} has no such heading`)
        }
      }
    })
  }

  test('every section of the specification that computes something has tests that name it', () => {
    const sections = [...read('docs/SPEC.md').matchAll(/^## (\d+)\. (.*)$/gm)].map(
      ([, n = '', title = '']) => ({ n, title }),
    )
    const listed = new Map(
      [...read('docs/SPEC-tests.md').matchAll(/^\| (\d+)\. (.*?) \| (.*) \|$/gm)].map(
        ([, n = '', title = '', tests = '']) => [n, { title, tests }],
      ),
    )
    for (const { n, title } of sections.filter(({ n }) => n !== '1')) {
      const line = listed.get(n)
      assert.ok(line, `docs/SPEC-tests.md has no line for section ${n}`)
      assert.equal(line.title, title)
      if (line.tests === 'not built') continue
      const files = [...line.tests.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = '']) => file)
      assert.ok(files.length > 0, `section ${n} names no test`)
      for (const file of files) {
        const naming = new RegExp(`SPEC\\s(?:\\W*\\s)?sections? (?:\\d+(?:, | and ))*${n}\\b`)
        assert.ok(naming.test(read(file)), `${file} does not name section ${n}`)
      }
    }
  })
})

/** The anchor of a heading, as the usual renderers of Markdown make it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
