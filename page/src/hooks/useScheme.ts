import { useEffect, useState } from 'react'

/** Whether the reader's system is light or dark now; for what styles cannot reach. */
export function useScheme(): 'light' | 'dark' {
  const [scheme, setScheme] = useState(read)
  useEffect(() => {
    const query = dark()
    const change = () => setScheme(read())
    query.addEventListener('change', change)
    return () => query.removeEventListener('change', change)
  }, [])
  return scheme
}

const dark = () => matchMedia('(prefers-color-scheme: dark)')
const read = (): 'light' | 'dark' => (dark().matches ? 'dark' : 'light')
