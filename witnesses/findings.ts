// What the witnesses differ in.

/** Where they differ, and what each of them says; a witness that has no say is left out. */
export type Difference = {
  block: number
  what: string
  subgraph?: string
  replay?: string
  chain?: string
  /** What the specification says of it, where the witnesses together break a rule. */
  rule?: string
}

export class Findings {
  readonly #all: Difference[] = []

  /** All that is said, if it is not all the same. */
  same(block: number, what: string, said: Omit<Difference, 'block' | 'what'>): void {
    const values = Object.values(said)
    if (values.some((value) => value !== values[0])) this.#all.push({ block, what, ...said })
  }

  add(difference: Difference): void {
    this.#all.push(difference)
  }

  upTo(block: number): Difference[] {
    return this.#all.filter((each) => each.block <= block)
  }

  /** Those of the first block that has any. */
  first(): Difference[] {
    const first = Math.min(...this.#all.map(({ block }) => block))
    return this.upTo(first)
  }
}

/** Differences as lines for a person. */
export const described = (differences: readonly Difference[]): string =>
  differences
    .map(({ block, what, ...said }) => {
      const words = Object.entries(said).map(([witness, value]) => `${witness} ${value}`)
      return `block ${block}: ${what}: ${words.join(', ')}`
    })
    .join('\n')
