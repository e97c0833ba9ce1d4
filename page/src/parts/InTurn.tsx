import { Children, type ReactNode, useEffect, useState } from 'react'

/** Shows its children one after the other, each in a task of its own: a slow phone hears a tap between any two. */
export function InTurn({ first, children }: { first?: ReactNode; children: ReactNode }) {
  const rest = Children.toArray(children)
  const [count, setCount] = useState(0)
  useEffect(() => {
    if (count >= rest.length) return
    const timer = setTimeout(() => setCount(count + 1))
    return () => clearTimeout(timer)
  }, [count, rest.length])
  return (
    <>
      {first}
      {rest.slice(0, count)}
    </>
  )
}
