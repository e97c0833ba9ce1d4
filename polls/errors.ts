/** A document of a poll that is malformed or contradicts itself; `problems` has a sentence for each thing found wrong. */
export class PollError extends Error {
  override name = 'PollError'
  readonly problems: readonly string[]

  constructor(what: string, problems: readonly string[]) {
    super(`The ${what} is not valid: ${problems.join('; ')}`)
    this.problems = problems
  }
}
