import { type ReactNode, useState } from 'react'
import { words } from '../words/index.ts'

/** Items shown before somebody asks for the rest: on a phone a dozen rows are four screens. */
export const FIRST = 12

/** The first dozen, and those of the others that are to be kept, in their order. */
export const excerptOf = <Item,>(items: readonly Item[], keep: (item: Item) => boolean): readonly Item[] =>
  items.filter((item, at) => at < FIRST || keep(item))

/**
 * The beginning of a long list, and a button for the rest of it.
 * @param keep items that are shown wherever they stand
 */
export function Excerpt<Item>({
  items,
  keep = () => false,
  children,
}: {
  items: readonly Item[]
  keep?: ((item: Item) => boolean) | undefined
  children: (shown: readonly Item[]) => ReactNode
}) {
  const [isWhole, setWhole] = useState(false)
  const first = excerptOf(items, keep)
  return (
    <>
      {children(isWhole ? items : first)}
      {first.length < items.length && (
        <button
          type="button"
          className="button button-quiet"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? words.excerpt.fewer : words.excerpt.all(items.length)}
        </button>
      )}
    </>
  )
}
