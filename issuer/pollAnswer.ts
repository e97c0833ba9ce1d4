import { mkdirSync, readFileSync } from 'node:fs'
import { keccak256 } from 'viem'
import {
  type Answer,
  documentHash,
  documentJson,
  type Evidence,
  PollError,
  parseDocument,
} from '../polls/index.ts'
import type { Outcome, Say } from './output.ts'
import { fetchPoll, type ToldPoll, tellDocument } from './pollApi.ts'
import { type PollSafeOptions, putUpOnce, writers } from './pollNotice.ts'
import { pollFolder } from './pollOpen.ts'
import { openSurroundings } from './program.ts'
import { refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'

/** Answers a counted poll: accepted, or declined with a reason. There is one answer, and the same again changes nothing. */
export async function answerPoll(
  settings: Settings,
  secrets: Secrets,
  which: string,
  options: PollSafeOptions & { accept?: boolean; decline?: boolean; reason: string },
  say: Say,
): Promise<Outcome> {
  const { accept, decline, reason } = options
  if ((accept === true) === (decline === true)) throw refused('say one of --accept and --decline')
  return putUp(settings, secrets, which, options, say, (told) => {
    if (told.ballots === null)
      throw refused(`the poll ${told.poll.name} is not counted: run poll close ${told.poll.name} first`)
    const answer: Answer = {
      kind: 'answer',
      version: 1,
      poll: told.id,
      ballots: told.ballots,
      accepted: accept === true,
      reason,
    }
    if (told.answer !== null && told.answer !== documentHash(answer))
      throw refused(`the poll ${told.poll.name} is answered already, and with other words`)
    return answer
  })
}

/** Logs what was kept of an answer. */
export async function addEvidence(
  settings: Settings,
  secrets: Secrets,
  which: string,
  options: PollSafeOptions & { text: string; link?: string; file?: string },
  say: Say,
): Promise<Outcome> {
  const { text, link, file } = options
  return putUp(settings, secrets, which, options, say, (told) => {
    if (told.answer === null)
      throw refused(`the poll ${told.poll.name} is not answered: run poll answer ${told.poll.name} first`)
    const hash = file === undefined ? null : keccak256(readEvidence(file))
    return { kind: 'evidence', version: 1, poll: told.id, text, link: link ?? null, file: hash }
  })
}

function readEvidence(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (cause) {
    throw refused(`${file} cannot be read: --file must name what shows it`, { cause })
  }
}

async function putUp(
  settings: Settings,
  secrets: Secrets,
  which: string,
  options: PollSafeOptions,
  say: Say,
  make: (told: ToldPoll) => Answer | Evidence,
): Promise<Outcome> {
  const surroundings = await openSurroundings(settings)
  const { chain, deployment } = surroundings
  const { signing, apiSecret } = await writers(secrets, surroundings, options)
  const told = await fetchPoll(settings.apiUrl, which)
  const document = checked(make(told))
  const hash = documentHash(document)
  const folder = pollFolder(settings, surroundings, told.poll.name)
  mkdirSync(folder, { recursive: true })
  const board = { settings, chain, deployment, signing, say }
  const transaction = await putUpOnce(board, folder, told.id, hash)
  await tellDocument(settings.apiUrl, apiSecret, told.id, document, transaction)
  const text = document.kind === 'answer' ? `${document.accepted ? 'accepted' : 'declined'}` : 'logged'
  return {
    json: { id: told.id, name: told.poll.name, kind: document.kind, hash, transaction },
    text: `${told.poll.name}: ${text}, ${document.kind} ${hash} put up in ${transaction}.`,
  }
}

/** Before anything is sent: what is put up stays. */
function checked<Document extends Answer | Evidence>(document: Document): Document {
  try {
    parseDocument(documentJson(document))
    return document
  } catch (error) {
    if (error instanceof PollError) throw refused(error.message)
    throw error
  }
}
