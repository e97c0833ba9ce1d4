import { type Address, isAddressEqual, type PrivateKeyAccount } from 'viem'
import { loadAccount } from './key.ts'
import { refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { openWallet, type Wallet } from './wallet.ts'

/** Who signs for the issuer: a key of this process's own, or a wallet that is asked. */
export type Signer = { kind: 'key'; account: PrivateKeyAccount } | { kind: 'wallet'; wallet: Wallet }

export const addressOf = (signer: Signer): Address =>
  signer.kind === 'key' ? signer.account.address : signer.wallet.address

/**
 * The key, where one is set: it is read before anything is asked over the network. Null where a wallet signs, or nobody can.
 * @throws Refusal when two could sign
 */
export function keyIfSet(
  secrets: Secrets,
  { walletUrl }: Pick<Settings, 'walletUrl'>,
): PrivateKeyAccount | null {
  if (secrets.key === undefined && secrets.keystore === undefined) return null
  if (walletUrl === undefined) return loadAccount(secrets)
  throw refused(
    'PRORATA_WALLET_URL is set beside a key: unset PRORATA_KEY and PRORATA_KEYSTORE, or the wallet, so that it is plain which signs',
  )
}

/**
 * The issuer's signer: the key, if it is the issuer's, or the wallet, if it has the issuer's account.
 * @param doing what only the issuer can do, for the refusal of another key
 */
export async function issuerSigner(
  key: PrivateKeyAccount | null,
  settings: Pick<Settings, 'walletUrl'>,
  deployment: { issuer: Address; chainId: number },
  doing = 'publish',
): Promise<Signer> {
  const signer = await anySigner(key, settings, deployment)
  const address = addressOf(signer)
  if (isAddressEqual(address, deployment.issuer)) return signer
  throw refused(
    `the key is that of ${address.toLowerCase()}, but only the program's issuer ${deployment.issuer} can ${doing}: set PRORATA_KEY or PRORATA_KEYSTORE to the issuer's`,
  )
}

/** Whoever signs, for what anybody may do: the key, whosever it is, or the wallet with the issuer's account. */
export async function anySigner(
  key: PrivateKeyAccount | null,
  { walletUrl }: Pick<Settings, 'walletUrl'>,
  { issuer, chainId }: { issuer: Address; chainId: number },
): Promise<Signer> {
  if (key !== null) return { kind: 'key', account: key }
  if (walletUrl !== undefined) return { kind: 'wallet', wallet: await openWallet(walletUrl, chainId, issuer) }
  throw refused(
    "no key to sign with: set PRORATA_KEY, or PRORATA_KEYSTORE and its password, to the issuer's key, or PRORATA_WALLET_URL to a wallet that has it; for a Safe give --safe",
  )
}
