import { Notice } from '../parts/Notice.tsx'
import { words } from '../words/index.ts'
import { useCopy } from './copy.ts'

/** Says so when what is shown comes from the static copy. */
export function CopyNotice() {
  const copy = useCopy()
  return (
    <div role="status">
      {copy !== null && (
        <Notice tone="warn" title={words.staticCopy.title}>
          <p>{words.staticCopy.text(new URL(copy).host)}</p>
        </Notice>
      )}
    </div>
  )
}
