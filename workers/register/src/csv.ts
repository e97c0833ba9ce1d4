// CSV (RFC 4180) that a spreadsheet takes for text and never for a formula.

/** What spreadsheets begin a formula with, also behind blanks and invisible characters, which they drop before looking. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%＝＋－＠]/u

/** A field in quotes; one that would be a formula gets an apostrophe before it, which spreadsheets read as "text". */
export const csvField = (text: string): string =>
  `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

export const csvLine = (fields: readonly string[]): string => `${fields.map(csvField).join(',')}\r\n`
