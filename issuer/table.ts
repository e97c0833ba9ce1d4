export interface Column {
  title: string
  align?: 'left' | 'right'
}

/**
 * Lays rows out under their titles, one line each, columns two spaces apart; numbers go to the right so that their
 * decimal points meet. Every row must have a cell for every column.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw new RangeError(`a table of ${columns.length} columns got a row of ${row.length} cells`)
    }
  }
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        columns[i]?.align === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [
    line(columns.map(({ title }) => title)),
    line(widths.map((w) => '─'.repeat(w))),
    ...rows.map(line),
  ].join('\n')
}
