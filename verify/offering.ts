// What the offering itself says of the program: it was made under the terms, and knows token, currency and issuer.
import type { PublicClient } from 'viem'
import { offeringAbi } from '../contracts/abi.ts'
import { type Deployment, hashTerms, type Terms } from '../disbursement/index.ts'
import { different, type Findings } from './steps.ts'

/** Holds terms and deployment against the offering; tells of what differs, under steps `terms` and `deployment`. */
export async function judgeOffering(
  client: Pick<PublicClient, 'readContract'>,
  { deployment, terms }: { deployment: Deployment; terms: Terms },
  findings: Findings,
): Promise<void> {
  const read = (functionName: 'termsHash' | 'token' | 'asset' | 'issuer') =>
    client.readContract({ abi: offeringAbi, address: deployment.offering, functionName })
  const names = ['termsHash', 'token', 'asset', 'issuer'] as const
  const answers = await Promise.all(names.map(read))
  const [hash, token, asset, issuer] = answers.map((answer) => answer.toLowerCase())
  const hashes = different('the hash of the terms', hashTerms(terms), hash)
  if (hashes.length > 0) findings.different('terms', hashes)
  const addresses = [
    ...different('the token of the offering', deployment.token, token),
    ...different('the currency of the offering', deployment.currency, asset),
    ...different('the issuer of the offering', deployment.issuer, issuer),
  ]
  if (addresses.length > 0) findings.different('deployment', addresses)
}
