import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Address, Hex } from 'viem'
import { formatAmount } from './amounts.ts'
import type { Outcome } from './output.ts'
import { openPrepared, type PreparedPeriod } from './preparedPeriod.ts'
import { loadProgram } from './program.ts'
import { type Publication, readPublication, readReceipt } from './publication.ts'
import { refused } from './refusal.ts'
import type { Settings } from './settings.ts'
import { writeFile } from './state.ts'

export interface NoticesOptions {
  period: string
  stream?: string
  /** A folder; else `notices` among the period's files. */
  to?: string
  /** Where holders claim; else the program's API, which serves the page. */
  page?: string
}

/** Texts that get a file of their own; of a larger program all are in the one list. */
const MOST_FILES = 1_000

interface Notice {
  /** Every wallet of the holder: by one of them the register, or whoever keeps the addresses, knows whom to write to. */
  wallets: readonly Address[]
  account: Address
  amount: bigint
  text: string
}

/**
 * Writes what to tell the holders of a published period: `notices.jsonl`, and a text a holder, named by its wallet. They
 * hold nothing that the manifest does not: names and addresses stay where they are kept.
 */
export function notices(
  settings: Pick<Settings, 'program' | 'deployment' | 'state' | 'apiUrl'>,
  options: NoticesOptions,
): Outcome {
  const program = { ...loadProgram(settings), settings }
  const prepared = openPrepared(program, options)
  return noticesOf(prepared, options.page ?? settings.apiUrl, options.to)
}

/** The same for a period at hand. */
export function noticesOf(
  { period, folder, prepared }: PreparedPeriod,
  page: string,
  to: string | undefined,
): Outcome {
  const publication = readPublication(folder, prepared)
  const receipt = readReceipt(folder)
  if (publication === null || receipt === null) {
    throw refused(`${period.name} was not published from here, so there is nothing to tell: publish it first`)
  }
  const all = noticesIn(prepared, publication, receipt.transaction, page)
  const target = to ?? join(folder, 'notices')
  mkdirSync(target, { recursive: true })
  const list = all.map((each) => JSON.stringify({ ...each, amount: each.amount.toString() }))
  writeFile(join(target, 'notices.jsonl'), `${list.join('\n')}\n`)
  const own = all.length > MOST_FILES ? [] : all
  for (const { wallets, text } of own) writeFile(join(target, `${wallets[0]}.txt`), text)
  return {
    json: {
      ...{ stream: period.stream, period: period.name, folder: target },
      ...{ holders: all.length, files: own.length + 1 },
    },
    text: `${all.length} notices are in ${target}: notices.jsonl${own.length === 0 ? '' : ', and a text for each holder under its wallet'}.`,
  }
}

function noticesIn(
  { manifest }: PreparedPeriod['prepared'],
  publication: Publication,
  transaction: Hex,
  page: string,
): Notice[] {
  const { payout, period, program } = manifest
  const money = (amount: bigint) => `${formatAmount(amount, payout.decimals)} ${payout.symbol}`
  const day = (seconds: bigint) =>
    `${new Date(Number(seconds) * 1000).toISOString().slice(0, 16)} UTC`.replace('T', ' ')
  return manifest.holders.map((holder) => {
    const { wallets, account, amount, accruedAfter, index } = holder
    const isPaid =
      publication.mask !== null && index !== null && (publication.mask & (1n << BigInt(index))) === 0n
    const deadline =
      publication.deadline === 0n
        ? 'It does not expire.'
        : `It can be taken back after ${day(publication.deadline)}.`
    const how =
      amount === 0n
        ? accruedAfter === 0n
          ? 'For this period you are owed nothing. The page shows what happened to your tokens, and in which transaction.'
          : `That is less than is paid at once: ${money(accruedAfter)} are kept for you and added to the next payout.`
        : isPaid
          ? `It was sent to ${account} in transaction ${transaction}. You need not do anything; if it did not arrive, claim it at ${page}.`
          : `You can claim it from ${day(publication.opensAt)} on at ${page}, with the wallet ${account}. ${deadline}`
    const text = [
      `${program}, ${period.name}`,
      '',
      `Your wallet${wallets.length === 1 ? '' : 's'}: ${wallets.join(', ')}`,
      `Your payout: ${money(amount)}`,
      '',
      how,
      '',
      'We never ask for your key or your recovery phrase, and you never need to send anything to be paid.',
      `Everybody can check this payout: manifest ${publication.manifestHash}, transaction ${transaction}.`,
      '',
    ].join('\n')
    return { wallets, account, amount, text }
  })
}
