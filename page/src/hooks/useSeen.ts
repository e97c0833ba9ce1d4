import { type RefObject, useEffect, useState } from 'react'

/** Whether an element has come within a screen's reach of the reader; once it has, it stays so. */
export function useSeen(element: RefObject<Element | null>): boolean {
  const [wasSeen, setSeen] = useState(false)
  useEffect(() => {
    const { current } = element
    if (wasSeen || current === null) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true)
      },
      { rootMargin: '50%' },
    )
    observer.observe(current)
    return () => observer.disconnect()
  }, [element, wasSeen])
  return wasSeen
}
