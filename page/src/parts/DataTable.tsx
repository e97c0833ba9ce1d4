import type { ReactNode } from 'react'
import { Excerpt } from './Excerpt.tsx'

export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  /** `number` stands to the right, `wide` has a bar, `action` a button and no visible name. */
  readonly kind?: 'number' | 'wide' | 'action'
  readonly className?: string
}

/** Said aloud even where a phone lays the table out as a list, which takes a table's meaning away from some readers. */
const ROLES = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  column: { role: 'columnheader' },
  head: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const

/**
 * A table whose first column names its rows; on a phone each row is a list of names and values. Of a long one the beginning is
 * shown until somebody asks for the rest.
 * @param keep rows that are shown wherever they stand
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  keep,
  className = '',
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  keep?: (row: Row) => boolean
  className?: string
}) {
  const [first, ...rest] = columns
  if (first === undefined) return null
  return (
    <Excerpt items={rows} keep={keep}>
      {(shown) => (
        <table {...ROLES.table} className={`table ${className}`}>
          <caption className="hidden">{caption}</caption>
          <thead {...ROLES.group}>
            <tr {...ROLES.row}>
              {columns.map(({ name, kind }) => (
                <th {...ROLES.column} key={name} scope="col" className={kind}>
                  {kind === 'action' ? <span className="hidden">{name}</span> : name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody {...ROLES.group}>
            {shown.map((row) => (
              <tr {...ROLES.row} key={keyOf(row)}>
                <th {...ROLES.head} scope="row">
                  {first.cell(row)}
                </th>
                {rest.map(({ name, kind, cell, className: own }) => (
                  <td
                    {...ROLES.cell}
                    key={name}
                    className={[kind, own].filter(Boolean).join(' ') || undefined}
                    data-label={kind === 'action' ? undefined : name}
                  >
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Excerpt>
  )
}
