import { readFileSync } from 'node:fs'
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { type BallotsFile, decodeDocument, documentHash, PollError } from '../polls/index.ts'
import { type KeptReceipt, recount, recountText } from '../verify/index.ts'
import { connect } from './chain.ts'
import type { Outcome, Say } from './output.ts'
import { fetchBallotsFile, fetchPoll } from './pollApi.ts'
import { loadProgram } from './program.ts'
import { differs, missing, refused } from './refusal.ts'
import type { Settings } from './settings.ts'

/** Counts a poll again: from a file and a node of the chain alone, or with the API's file where none is named. */
export async function recountPoll(
  settings: Pick<Settings, 'program' | 'deployment' | 'rpcUrl'> & Partial<Pick<Settings, 'apiUrl'>>,
  which: string | undefined,
  options: { file?: string; receipt?: string[] },
  say: Say,
): Promise<Outcome> {
  const program = loadProgram(settings)
  const bytes = options.file === undefined ? await fromApi(settings.apiUrl, which) : read(options.file)
  const file = ballotsIn(bytes)
  const id = documentHash(file.poll)
  if (which !== undefined && which !== file.poll.name && which.toLowerCase() !== id)
    throw differs(`the file is of the poll ${file.poll.name} (${id}), not of ${which}`)
  const receipts = (options.receipt ?? []).map(receiptIn)
  const client = await connect(settings.rpcUrl, program.deployment.chainId)
  say(`counting ${file.ballots.length} ballots of ${file.poll.name}`)
  const counted = await recount({ ...program, client, file, receipts })
  return {
    json: { name: file.poll.name, options: file.poll.options, ...counted },
    text: recountText(counted, file.poll.options),
    exitCode: counted.exitCode,
  }
}

async function fromApi(apiUrl: string | undefined, which: string | undefined): Promise<Uint8Array> {
  if (apiUrl === undefined || which === undefined)
    throw refused('say which poll, or name its ballots file with --file')
  const { id, poll } = await fetchPoll(apiUrl, which)
  const bytes = await fetchBallotsFile(apiUrl, id)
  if (bytes === null) throw missing(`the poll ${poll.name} is not counted yet`)
  return bytes
}

function read(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    throw missing(`${path} cannot be read`, { cause })
  }
}

function ballotsIn(bytes: Uint8Array): BallotsFile {
  try {
    const document = decodeDocument(bytes)
    if (document.kind === 'ballots') return document
  } catch (error) {
    if (error instanceof PollError) throw differs(error.message)
    throw error
  }
  throw refused('this is a document of a poll, but not its ballots file')
}

const hex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform((text) => text.toLowerCase() as Hex)
const receiptSchema = z.object({
  poll: hex,
  voter: hex.transform((text) => text as Address),
  option: z.int().nonnegative(),
  sequence: z.int().nonnegative().transform(BigInt),
  receivedAt: z.int().nonnegative().transform(BigInt),
  signature: hex,
})

/** A receipt as the API gave it and the page saves it. */
function receiptIn(path: string): KeptReceipt {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(read(path)))
  } catch (error) {
    if (error instanceof SyntaxError) throw refused(`${path} is not a receipt: it is not JSON`)
    throw error
  }
  const parsed = receiptSchema.safeParse(json)
  if (!parsed.success) throw refused(`${path} is not a receipt as the API gives them`)
  const { receivedAt, signature, ...ballot } = parsed.data
  return { ballot, receivedAt, signature }
}
