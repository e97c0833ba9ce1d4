// UTC calendar months: the periods of liquidity rewards (SPEC section 1, "reward month").

/** The number of months from January of the year 0 to the month `YYYY-MM`; null when the text names none of this millennium. */
export const monthNumber = (text: string): number | null => {
  const [, year, month] = /^(2\d{3})-(0[1-9]|1[0-2])$/.exec(text) ?? []
  return year === undefined ? null : Number(year) * 12 + Number(month) - 1
}

/** The month of that number, as `YYYY-MM`. */
export const monthName = (number: number): string =>
  `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`

/** Its first moment, as a time in UTC. */
export const monthStart = (number: number): string => `${monthName(number)}-01T00:00:00Z`
