/** A request that is not answered: `code` for programs, `message` for people. */
export type Refusal = Error & { code: string; status: number }

/** @throws Refusal, always */
export const refuse = (code: string, message: string, status = 400): never => {
  throw Object.assign(Error(message), { code, status })
}
