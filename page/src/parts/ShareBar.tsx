import { basisPoints } from '../amounts.ts'

/**
 * How much of a whole is there: filled. What is gone is hatched; what is only open yet (`rest`) stays empty. Decoration: the
 * numbers stand beside it.
 */
export function ShareBar({
  part,
  whole,
  scale,
  rest = 'gone',
}: {
  part: bigint
  whole: bigint
  scale?: bigint
  rest?: 'gone' | 'open'
}) {
  const full = scale ?? whole
  const filled = basisPoints(part, full) / 100
  const drawn = basisPoints(whole, full) / 100
  return (
    <svg className="share-bar" aria-hidden="true" focusable="false">
      <rect className="share-bar-track" width="100%" height="100%" rx="2" />
      {rest === 'gone' && <rect width={`${drawn}%`} height="100%" rx="2" fill="url(#hatch)" />}
      <rect className="share-bar-kept" width={`${filled}%`} height="100%" rx="2" />
    </svg>
  )
}

/** The hatch that marks what is gone, drawn once for all bars and charts. */
export function HatchPattern() {
  return (
    <svg className="pattern" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect className="hatch-ground" width="6" height="6" />
          <rect className="hatch-line" width="1.500" height="6" />
        </pattern>
      </defs>
    </svg>
  )
}
