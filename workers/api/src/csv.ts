// Comma-separated values (RFC 4180) that a spreadsheet opens as what they are.

/** A spreadsheet takes a cell that begins so for a formula and runs it; some drop blanks and invisible characters first. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%\uFF0B\uFF0D\uFF1D\uFF20]|^[\t\r\n]/u

const cell = (text: string): string => {
  // The apostrophe tells spreadsheets that text follows, and is what they show least of.
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]|^'|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One line of cells, of which none is a formula. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`

/**
 * A table as CSV, its column names first.
 * @param rows one cell a column, in the columns' order; nothing is an empty cell
 */
export const csvText = <Column extends string>(
  columns: readonly Column[],
  rows: readonly Record<Column, string | number | null>[],
): string => {
  const lines = rows.map((row) => csvLine(columns.map((column) => String(row[column] ?? ''))))
  return [csvLine(columns), ...lines].join('')
}

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

/** A table as an answer that a browser saves under a name. */
export const csvResponse = (name: string, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    headers: {
      'content-type': CSV_TYPE,
      'content-disposition': `attachment; filename="${name}"`,
      ...headers,
    },
  })
