import type { ReactNode } from 'react'

/** One number with its name, and what it means beside another. */
export function Figure({ name, note, children }: { name: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div className="figure-card">
      <dt>{name}</dt>
      <dd>
        <span className="figure-value">{children}</span>
        {note !== undefined && <span className="muted small">{note}</span>}
      </dd>
    </div>
  )
}
