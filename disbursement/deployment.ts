import type { Address } from 'viem'
import * as z from 'zod'
import { DeploymentError } from './errors.ts'
import { addressField, problemsOf } from './fields.ts'

/** The two addresses nobody can hold tokens for: what is sent there weighs for nobody. */
export const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
export const BURN_ADDRESS: Address = '0x000000000000000000000000000000000000dead'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address, or null' }).nullable()

const schema = z.object(
  {
    network: z
      .string({ error: 'must be the name of the network, such as local' })
      .regex(/^[a-z0-9][a-z0-9-]*$/, {
        error: 'must be a name of lower-case letters, digits and hyphens',
      }),
    chainId: z.int({ error: 'must be the chain id, a whole number' }).positive(),
    genesisBlock: z
      .int({ error: 'must be the block from which logs are read, a whole number at or before the token' })
      .nonnegative(),
    issuer: addressField,
    treasury: addressField,
    token: addressField,
    currency: addressField,
    pair: addressField,
    counterAsset: addressField,
    offering: addressField,
    saleAddresses: z.array(addressField, { error: 'must list the addresses that sell primary lots' }).min(1, {
      error: 'must list at least the offering: without a sale address nobody has a primary lot',
    }),
    registry: addressField,
    tokenVault: addressField,
    lpVault: addressField,
    distributor: addressField,
    /** Only a program that pays in LP units by `buy-shares` has it. */
    lpPurchase: addressField.nullable().default(null),
    /** Where polls are announced (SPEC section 13); a deployment without one has no polls. */
    noticeboard: addressField.nullable().default(null),
    router: addressField,
    factory: addressField,
    excluded: z.array(addressField, { error: 'must list every address that never weighs' }),
    rpcUrl: url,
    explorer: url,
    graphqlUrl: url,
    /** The register of investors, where the program has one. */
    registerUrl: url.default(null),
    /** The page's project at WalletConnect, whose id is public; without one the page offers no WalletConnect. */
    walletConnectId: z
      .string({ error: 'must be the id of a WalletConnect project, or null' })
      .regex(/^[0-9a-zA-Z-]+$/, { error: 'must be the id of a WalletConnect project: letters and digits' })
      .nullable()
      .default(null),
    /** Another relay than WalletConnect's own. */
    walletConnectRelay: z
      .url({ protocol: /^wss?$/, error: 'must be a ws or wss address, or null' })
      .nullable()
      .default(null),
  },
  { error: 'must be a JSON object with the addresses of one deployment' },
)

/**
 * Where one program lives on one network: the single place for addresses, all in lower case.
 * `excluded` are the addresses that never weigh (SPEC section 2); `saleAddresses` those whose transfers are primary lots.
 */
export type Deployment = z.output<typeof schema>

/** The excluded addresses SPEC section 2 asks for, by the name of what they are. */
const mustBeExcluded = (deployment: Deployment): [string, Address][] => [
  ['issuer', deployment.issuer],
  ['treasury', deployment.treasury],
  ['pair', deployment.pair],
  ['tokenVault', deployment.tokenVault],
  ['lpVault', deployment.lpVault],
  ['distributor', deployment.distributor],
  ...deployment.saleAddresses.map((address): [string, Address] => ['sale address', address]),
  ['zero address', ZERO_ADDRESS],
  ['burn address', BURN_ADDRESS],
]

/**
 * Reads a deployment file. Fields it does not know are left out; addresses come back in lower case.
 * @param json the parsed JSON of `deployments/<network>.json`
 * @throws DeploymentError naming every field that is missing or wrong
 */
export const parseDeployment = (json: unknown): Deployment => {
  const result = schema.safeParse(json)
  if (!result.success) throw new DeploymentError(problemsOf(result.error))
  const deployment = result.data
  const problems: string[] = []
  if (!deployment.saleAddresses.includes(deployment.offering)) {
    problems.push(`saleAddresses: must contain the offering ${deployment.offering}`)
  }
  for (const [name, address] of mustBeExcluded(deployment)) {
    if (!deployment.excluded.includes(address)) {
      problems.push(`excluded: must contain the ${name} ${address}, which never weighs`)
    }
  }
  if (problems.length > 0) throw new DeploymentError(problems)
  return deployment
}
