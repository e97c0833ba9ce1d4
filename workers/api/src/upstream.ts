// Asking graph-node and the chain: both answer JSON to a POST, both may be away, slow, or answer something else.
import { ProblemError, type ProblemName } from './problem.ts'

/** Who is asked, and which problems their faults are. */
export type Upstream = { name: string; failed: ProblemName; slow: ProblemName }

/** A thousand rows of the subgraph are under one MB; a Worker has 128. */
const LIMIT_BYTES = 8 * 1024 * 1024

const readBounded = async (response: Response, upstream: Upstream): Promise<string> => {
  const decoder = new TextDecoder()
  let [text, size] = ['', 0]
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > LIMIT_BYTES) {
      throw new ProblemError(upstream.failed, `${upstream.name} answered more than ${LIMIT_BYTES} bytes`)
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Posts JSON and reads JSON, within the timeout for both.
 * @returns the parsed body, whatever it is: the caller checks its form
 * @throws ProblemError `upstream.slow` or `upstream.failed`; never with the address, which may hold a key
 */
export const postJson = async (
  url: string,
  body: unknown,
  upstream: Upstream,
  milliseconds: number,
): Promise<unknown> => {
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(milliseconds),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new ProblemError(upstream.failed, `${upstream.name} answered with status ${response.status}`)
    }
    text = await readBounded(response, upstream)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw new ProblemError(upstream.slow, `${upstream.name} did not answer within ${milliseconds} ms`)
    }
    throw new ProblemError(upstream.failed, `${upstream.name} cannot be reached`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError(upstream.failed, `${upstream.name} answered something that is not JSON`)
  }
}
