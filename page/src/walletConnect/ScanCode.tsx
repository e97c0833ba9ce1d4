import qrcode from 'qrcode-generator'
import { useEffect, useMemo, useRef } from 'react'
import { CopyButton } from '../parts/CopyButton.tsx'
import { words } from '../words/index.ts'
import type { ConnectionCode } from './connector.ts'

/** Modules of white around the code, which scanners need. */
const QUIET = 4

/**
 * WalletConnect's code: to scan with a phone, to open on this device, to copy. A dialog, which Escape closes; black on white in
 * either scheme.
 */
export default function ScanCode({ code: { uri, cancel } }: { code: ConnectionCode }) {
  const { size, path } = useMemo(() => drawn(uri), [uri])
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="scan-code" aria-labelledby="scan-code" onClose={cancel}>
      <h2 id="scan-code">{words.wallet.code.title}</h2>
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={words.wallet.code.image}>
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <p>{words.wallet.code.scan}</p>
      <p className="wallet-list">
        <a className="button button-quiet" href={uri}>
          {words.wallet.code.open}
        </a>
        <CopyButton text={uri} label={words.wallet.code.copy} />
        <button type="button" className="button button-quiet" onClick={() => dialog.current?.close()}>
          {words.wallet.code.cancel}
        </button>
      </p>
    </dialog>
  )
}

/** The code as squares of one unit, in a square of `size` units. */
function drawn(text: string): { size: number; path: string } {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  const squares: string[] = []
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      if (code.isDark(row, column)) squares.push(`M${column + QUIET} ${row + QUIET}h1v1h-1z`)
  return { size: count + 2 * QUIET, path: squares.join('') }
}
