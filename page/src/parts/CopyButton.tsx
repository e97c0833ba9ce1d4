import { useCopied } from '../hooks/useCopied.ts'
import { words } from '../words/index.ts'

/** Copies a longer text, and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopied()
  return (
    <button type="button" className="button button-quiet" onClick={() => copy(text)}>
      {copied ? words.copied : label}
    </button>
  )
}
