import { type Action, WHOLE } from './actions.ts'

// A long program that fails, made short: parts of it are left out, and what is left is made simpler, as long as it fails.

export type Fails = (actions: readonly Action[]) => Promise<boolean>

/**
 * The shortest failing part found: nothing more can be left out of it.
 * @param most how often to try at most; what was reached by then is returned
 * @param told of every shorter one
 */
export const shrink = async (
  actions: readonly Action[],
  fails: Fails,
  { most = 400, told }: { most?: number; told?: (length: number) => void } = {},
): Promise<Action[]> => {
  let tries = 0
  const still = async (candidate: readonly Action[]): Promise<boolean> =>
    tries++ < most && (await fails(candidate))
  let kept = [...actions]
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    const before = kept.length
    for (let at = kept.length - size; at > -size; at -= size) {
      const from = Math.max(0, at)
      const candidate = [...kept.slice(0, from), ...kept.slice(from + size)]
      if (candidate.length === kept.length || !(await still(candidate))) continue
      kept = candidate
      told?.(kept.length)
    }
    // Once more with single ones, until none can go.
    if (size === 1 && kept.length === before) break
    size = size === 1 ? 1 : Math.floor(size / 2)
  }
  for (const [at] of kept.entries()) {
    for (let simpler = true; simpler; ) {
      simpler = false
      for (const other of simplerThan(kept[at] as Action)) {
        const candidate = kept.with(at, other)
        if (!(await still(candidate))) continue
        kept = candidate
        simpler = true
        break
      }
    }
  }
  return kept
}

/** What says less, or rounder things, than an action. */
const simplerThan = (action: Action): Action[] => {
  const simpler: Action[] = []
  const differing = (other: Action): void => {
    if (JSON.stringify(other) !== JSON.stringify(action)) simpler.push(other)
  }
  if (action.do === 'mine') differing({ ...action, seconds: 12 })
  if (action.do === 'together') {
    for (const [at] of action.moves.entries()) differing({ ...action, moves: action.moves.toSpliced(at, 1) })
  }
  if ('leaves' in action) {
    for (const [at] of action.leaves.entries())
      differing({ ...action, leaves: action.leaves.toSpliced(at, 1) })
  }
  if ('crowd' in action) differing({ ...action, crowd: 0 })
  if ('eth' in action) {
    const { eth: _, ...plain } = action
    differing(plain)
  }
  if ('part' in action && action.part !== WHOLE) {
    differing({ ...action, part: WHOLE })
    if (action.part !== WHOLE / 2) differing({ ...action, part: WHOLE / 2 })
  }
  if (action.do === 'buy' && (action.odd !== 0 || action.tokens !== 100))
    differing({ ...action, tokens: 100, odd: 0 })
  return simpler
}
