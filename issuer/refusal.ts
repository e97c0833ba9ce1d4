/** How a command ends, as its exit code: README.md lists them for people, this for the code. */
export const exitCodes = { ok: 0, refused: 1, differs: 2, missing: 3 } as const

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/**
 * A command that stops on purpose. The message is the whole of what the user reads: one sentence that says what was
 * wrong and what would be right. It never carries a key, a password, or a URL's path or query (keys live there too).
 */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Bad input, or a moment at which the command must not go on. */
export const refused = (message: string, options?: ErrorOptions) =>
  new Refusal(exitCodes.refused, message, options)

/** Two sources that must agree do not. */
export const differs = (message: string, options?: ErrorOptions) =>
  new Refusal(exitCodes.differs, message, options)

/** Something needed is away, behind or not there yet. */
export const missing = (message: string, options?: ErrorOptions) =>
  new Refusal(exitCodes.missing, message, options)

/** What may be shown of a URL: its origin. Providers put their keys into the path and the query. */
export function shownUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an unreadable address'
}
