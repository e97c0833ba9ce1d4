// Comma-separated values (RFC 4180) that a spreadsheet opens as what they are.

/** A spreadsheet takes a cell that begins so for a formula and runs it. */
const FORMULA = /^[=+\-@\t\r\n|%\uFF0B\uFF0D\uFF1D\uFF20]/

const cell = (text: string): string => {
  // The apostrophe tells spreadsheets that text follows, and is what they show least of.
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]|^'|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * A table as CSV, its column names first.
 * @param rows one cell a column, in the columns' order; nothing is an empty cell
 */
export const csvText = <Column extends string>(
  columns: readonly Column[],
  rows: readonly Record<Column, string | number | null>[],
): string => {
  const lines = [
    columns.map(cell),
    ...rows.map((row) => columns.map((column) => cell(String(row[column] ?? '')))),
  ]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
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
