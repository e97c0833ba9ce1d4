import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvText } from '../src/csv.ts'

/** Reads RFC 4180 strictly: whatever is not exactly that fails. */
const parsed = (text: string): string[][] => {
  const rows: string[][] = []
  let at = 0
  while (at < text.length) {
    const row: string[] = []
    for (;;) {
      const quoted = /"((?:[^"]|"")*)"/y
      const plain = /[^",\r\n]*/y
      const form = text[at] === '"' ? quoted : plain
      form.lastIndex = at
      const match = form.exec(text) ?? expect.fail(`not a cell at ${at}`)
      row.push(form === quoted ? (match[1] ?? '').replaceAll('""', '"') : match[0])
      at = form.lastIndex
      if (text[at] !== ',') break
      at += 1
    }
    expect(text.slice(at, at + 2)).toBe('\r\n')
    at += 2
    rows.push(row)
  }
  return rows
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'=+-@|%\t\r\n",\' a1;') }),
  fc.constantFrom(
    '=1+1',
    '+cmd',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '＝1',
    ' =1',
    '\u200b=1',
    "'=1",
    '=HYPERLINK("http://x")',
  ),
)

describe('a table', () => {
  test('is read back cell by cell, and no cell is a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nasty, nasty), { maxLength: 5 }), (rows) => {
        const text = csvText(
          ['a', 'b'],
          rows.map(([a, b]) => ({ a, b })),
        )
        const [names, ...cells] = parsed(text)
        expect(names).toEqual(['a', 'b'])
        expect(cells).toHaveLength(rows.length)
        cells.forEach((row, place) => {
          row.forEach((cell, column) => {
            const given = rows[place]?.[column] ?? ''
            expect([given, `'${given}`]).toContain(cell)
            expect(cell).not.toMatch(/^([\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@|%＋－＝＠])/u)
          })
        })
      }),
      { numRuns: 2000 },
    )
  })

  test('leaves plain cells as they are, and nothing empty', () => {
    expect(csvText(['a', 'b', 'c'], [{ a: '0xab', b: 12, c: null }])).toBe('a,b,c\r\n0xab,12,\r\n')
  })
})
