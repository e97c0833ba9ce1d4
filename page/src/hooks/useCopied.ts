import { useCallback, useEffect, useState } from 'react'

/** How long it is said that something was copied, in milliseconds. */
const SAID_FOR = 1_500

/** Copies a text, and says for a moment that it was; where the browser has no clipboard, nothing happens. */
export function useCopied(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAID_FOR)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = useCallback((text: string) => {
    // Refused by the reader's browser: the button goes on offering it.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  }, [])
  return { copied, copy }
}
