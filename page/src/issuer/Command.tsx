import { CopyButton } from '../parts/CopyButton.tsx'
import { words } from '../words/index.ts'

/** What to type where the issuer's secrets are. `name` says what is copied. */
export function Command({ text, name }: { text: string; name: string }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} label={words.copy(name)} />
    </>
  )
}
