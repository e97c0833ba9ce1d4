/** Says what is going on: one living line on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Begins a step; the one before it is done. */
  step(title: string): void
  /** How far the step is. */
  at(done: number, total: number, what?: string): void
  /** The last step is done. */
  end(): void
  /** The step did not come to its end; nothing is said where none is under way. */
  fail(): void
}

const WIDTH = 24

export function createProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const living = out.isTTY === true
  let title = ''
  let began = 0
  const clear = () => living && out.write('\r\x1b[2K')
  const finish = (mark = '✓') => {
    if (title === '') return
    clear()
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    out.write(`  ${mark} ${title} ${seconds} s\n`)
    title = ''
  }
  return {
    step(next) {
      finish()
      title = next
      began = performance.now()
      if (living) out.write(`  … ${next}`)
    },
    at(done, total, what = '') {
      if (!living) return
      const filled = Math.round((WIDTH * done) / Math.max(1, total))
      clear()
      out.write(`  … ${title} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total} ${what}`)
    },
    end: () => finish(),
    fail: () => finish('✗'),
  }
}

/** For tests: nothing is said. */
export const silent: Progress = { step() {}, at() {}, end() {}, fail() {} }
