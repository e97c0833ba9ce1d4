// Sorting fixed-size items by their first bytes, without objects: by the first four with a radix sort, the few that agree
// in those by comparison.

const DIGIT = 2 ** 11
const SHIFTS = [0, 11, 22]

/** The places of 32-bit keys in ascending order; keys that are the same keep their order. */
const orderOf = (keys: Uint32Array): Uint32Array => {
  let from = new Uint32Array(keys.length)
  for (let place = 0; place < from.length; place++) from[place] = place
  let to = new Uint32Array(keys.length)
  for (const shift of SHIFTS) {
    const starts = new Uint32Array(DIGIT + 1)
    for (let place = 0; place < keys.length; place++) {
      const next = (((keys[place] ?? 0) >>> shift) & (DIGIT - 1)) + 1
      starts[next] = (starts[next] ?? 0) + 1
    }
    for (let digit = 1; digit <= DIGIT; digit++)
      starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0)
    for (let at = 0; at < from.length; at++) {
      const place = from[at] ?? 0
      const digit = ((keys[place] ?? 0) >>> shift) & (DIGIT - 1)
      const start = starts[digit] ?? 0
      to[start] = place
      starts[digit] = start + 1
    }
    const done = to
    to = from
    from = done
  }
  return from
}

/**
 * The items in ascending order of their first bytes; those with the same first bytes keep their order.
 * @param size bytes of an item
 * @param significant how many of them decide, 4 at least
 */
export const sortByBytes = (items: Uint8Array, size: number, significant: number): Uint8Array => {
  const count = items.length / size
  const view = new DataView(items.buffer, items.byteOffset, items.byteLength)
  const keys = new Uint32Array(count)
  let ascending = true
  for (let place = 0; place < count; place++) {
    keys[place] = view.getUint32(place * size)
    ascending &&= place === 0 || (keys[place - 1] ?? 0) < (keys[place] ?? 0)
  }
  if (ascending) return items.slice()
  const order = orderOf(keys)
  const compare = (a: number, b: number): number => {
    for (let at = 4; at < significant; at++) {
      const difference = (items[a * size + at] ?? 0) - (items[b * size + at] ?? 0)
      if (difference !== 0) return difference
    }
    return a - b
  }
  for (let first = 0; first < count; ) {
    let after = first + 1
    const key = keys[order[first] ?? 0]
    while (after < count && keys[order[after] ?? 0] === key) after++
    if (after - first > 1) order.subarray(first, after).sort(compare)
    first = after
  }
  return gathered(items, size, order)
}

/** The items in an order; in words of four bytes where they consist of such. */
const gathered = (items: Uint8Array, size: number, order: Uint32Array): Uint8Array => {
  const sorted = new Uint8Array(items.length)
  const isWords = size % 4 === 0 && items.byteOffset % 4 === 0
  const source = isWords ? new Uint32Array(items.buffer, items.byteOffset, items.length / 4) : items
  const target = isWords ? new Uint32Array(sorted.buffer) : sorted
  const units = isWords ? size / 4 : size
  for (let place = 0, to = 0; place < order.length; place++) {
    const from = (order[place] ?? 0) * units
    for (let at = 0; at < units; at++) target[to++] = source[from + at] ?? 0
  }
  return sorted
}
