import type { PoolState } from './pool.ts'

/** Both sides of the pool that `units` of its shares would bring if taken out now; floored as the pair does. */
export function standsFor(
  units: bigint,
  { token, other, supply }: PoolState,
): { token: bigint; other: bigint } {
  if (supply === 0n) return { token: 0n, other: 0n }
  return { token: (units * token) / supply, other: (units * other) / supply }
}
