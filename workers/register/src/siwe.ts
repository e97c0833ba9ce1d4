// Sign-In with Ethereum (EIP-4361): what a message must say to sign somebody in here.
import { type Address, isAddress } from 'viem'
import { createSiweMessage, parseSiweMessage } from 'viem/siwe'
import type { Settings } from './env.ts'
import { ProblemError } from './problem.ts'

/** Seconds by which a wallet's machine may be ahead of this one. */
const SKEW_SECONDS = 60

export type SignInCheck = 'form' | 'domain' | 'chain' | 'times' | 'nonce' | 'signature'

export const refuse = (check: SignInCheck, detail: string): ProblemError =>
  new ProblemError('sign-in-refused', detail, { check })

/** What every message says, whoever signs it. */
export const statedBy = ({ terms, pageOrigin, chainId }: Settings) => ({
  domain: new URL(pageOrigin).host,
  uri: pageOrigin,
  version: '1' as const,
  chainId,
  statement: `Sign in to the register of investors of ${terms.token.symbol}. It sends no transaction and costs nothing.`,
})

/** Nonces are bound to the page and the chain they were issued for. */
export const audienceOf = ({ pageOrigin, chainId }: Settings): string => `${pageOrigin} ${chainId}`

const secondsOf = (date: Date | undefined): number =>
  date === undefined ? Number.NaN : date.getTime() / 1000

/**
 * Reads a message and checks everything about it but the nonce and the signature. Only the one text that these fields make
 * is taken: a parser and a person can never read it differently.
 * @param now unix seconds
 * @throws ProblemError sign-in-refused, naming the check
 */
export const readMessage = (
  message: string,
  settings: Settings,
  now: number,
  lifetime: number,
): { wallet: Address; nonce: string } => {
  const stated = statedBy(settings)
  const parsed = parseSiweMessage(message)
  const { address, nonce, issuedAt, expirationTime } = parsed
  if (address === undefined || nonce === undefined || !isAddress(address, { strict: false })) {
    throw refuse('form', 'This is no EIP-4361 message with an address and a nonce')
  }
  if (parsed.domain !== stated.domain || parsed.uri !== stated.uri || parsed.scheme !== undefined) {
    throw refuse('domain', `This message is for another site: here it must be for ${stated.domain}`)
  }
  if (parsed.chainId !== stated.chainId) {
    throw refuse('chain', `This message is for another chain: here it must be for chain ${stated.chainId}`)
  }
  const [from, until] = [secondsOf(issuedAt), secondsOf(expirationTime)]
  if (!(from <= now + SKEW_SECONDS && until > now && until - from <= lifetime)) {
    throw refuse(
      'times',
      `This message is not valid now: ask for a nonce, and sign within ${lifetime} seconds`,
    )
  }
  const fields = { ...stated, address, nonce, issuedAt, expirationTime }
  if (message !== createSiweMessage(fields as Parameters<typeof createSiweMessage>[0])) {
    throw refuse('form', "This message is not exactly EIP-4361's text of the fields that the nonce came with")
  }
  return { wallet: address.toLowerCase() as Address, nonce }
}
