import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

// Contrast as WCAG 2.2 measures it: what is read stands at 4.5 to 1 at least, what only marks a place at 3 to 1.

const css = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8')
const pairs = css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)
const colors = new Map([...pairs].map(([, name, light, dark]) => [name, { light, dark }]))

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(name: string, ground: string, scheme: 'light' | 'dark'): number {
  const [one, other] = [name, ground].map((token) => {
    const hex = colors.get(token)?.[scheme]
    if (hex === undefined) throw new Error(`tokens.css has no --${token}`)
    return luminance(hex)
  })
  const [low = 0, high = 0] = [one ?? 0, other ?? 0].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const READ: readonly (readonly [string, readonly string[]])[] = [
  ['ink', ['paper', 'sheet', 'sunk', 'accent-wash', 'gone-wash', 'warn-wash']],
  ['ink-soft', ['paper', 'sheet', 'sunk', 'accent-wash', 'gone-wash', 'warn-wash']],
  ['accent', ['paper', 'sheet', 'sunk', 'accent-wash', 'gone-wash', 'warn-wash']],
  ['accent-strong', ['paper', 'sheet', 'accent-wash']],
  ['gone', ['paper', 'sheet', 'gone-wash']],
  ['warn', ['warn-wash']],
  ['on-accent', ['accent', 'accent-strong']],
]

const MARKS: readonly (readonly [string, readonly string[]])[] = [
  ['line-strong', ['sheet', 'paper']],
  ['accent', ['sunk']],
]

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  test.each(READ)('%s can be read on its grounds', (name, grounds) => {
    for (const ground of grounds)
      expect.soft(contrast(name, ground, scheme), ground).toBeGreaterThanOrEqual(4.5)
  })

  test.each(MARKS)('%s can be seen on its grounds', (name, grounds) => {
    for (const ground of grounds)
      expect.soft(contrast(name, ground, scheme), ground).toBeGreaterThanOrEqual(3)
  })
})
