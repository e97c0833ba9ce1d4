import {
  type Abi,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  keccak256,
  numberToHex,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { BURN_ADDRESS, type Deployment } from '../disbursement/index.ts'
import type { Chain, Transaction } from './chain.ts'
import { BATCH_CODE, type Call, listOf } from './codes.ts'
import { type Build, compiled, factory, pairAbi, router, weth } from './contracts.ts'

// One program's contracts, fresh, on a chain that may have others', and the people who use them.

/** Ordinary people, by number from 0; each has ETH, WETH, currency, and allowances for everything. */
export const ACTORS = 12
/** Everybody who has an address; `batch` is a contract that holds and acts like a person, several calls in one transaction. */
export type Party = number | Role
export type Role =
  | 'batch'
  | 'issuer'
  | 'treasury'
  | 'feeTo'
  | 'pair'
  | 'offering'
  | 'tokenVault'
  | 'lpVault'
  | 'distributor'
  | 'zero'
  | 'burn'

export const ONE = 10n ** 18n
export const MAX = 2n ** 256n - 1n
export const FAR = 4_000_000_000n // a deadline that does not come

const BATCH: Address = '0x000000000000000000000000000000000000ba7c'
const accountOf = (name: string): PrivateKeyAccount => privateKeyToAccount(keccak256(toHex(name)))
/** Whoever can sign, by party. */
const SIGNERS = new Map<Party, PrivateKeyAccount>([
  ...['issuer', 'treasury', 'feeTo'].map((name): [Party, PrivateKeyAccount] => [
    name as Role,
    accountOf(name),
  ]),
  ...Array.from({ length: ACTORS }, (_, i): [Party, PrivateKeyAccount] => [i, accountOf(`actor ${i}`)]),
])

const lower = (address: string): Address => address.toLowerCase() as Address
const builds = {
  token: compiled('PersonalToken'),
  registry: compiled('HolderRegistry'),
  distributor: compiled('MerkleDistributor'),
  offering: compiled('Offering'),
  vault: compiled('StakingVault'),
  currency: compiled('local/LocalCurrency'),
}

export const ABI = {
  token: builds.token.abi,
  currency: builds.currency.abi,
  registry: builds.registry.abi,
  distributor: builds.distributor.abi,
  offering: builds.offering.abi,
  vault: builds.vault.abi,
  weth: weth.abi,
  pair: pairAbi,
  router: router.abi,
  factory: factory.abi,
}

export const call = (to: Address, abi: Abi, functionName: string, args: readonly unknown[] = []): Call => ({
  to,
  data: encodeFunctionData({ abi, functionName, args }),
})

export class Stage {
  readonly chain: Chain
  readonly deployment: Deployment
  readonly #parties: ReadonlyMap<Party, Address>

  private constructor(chain: Chain, deployment: Deployment) {
    this.chain = chain
    this.deployment = deployment
    const { issuer, treasury, pair, offering, tokenVault, lpVault, distributor } = deployment
    const roles = { issuer, treasury, pair, offering, tokenVault, lpVault, distributor }
    this.#parties = new Map<Party, Address>([
      ...[...SIGNERS].map(([party, { address }]): [Party, Address] => [party, lower(address)]),
      ...(Object.entries(roles) as [Role, Address][]),
      ['batch', BATCH],
      ['zero', zeroAddress],
      ['burn', BURN_ADDRESS],
    ])
  }

  /** @param tokenFirst whether the program's token shall be the pair's token0 */
  static async deploy(chain: Chain, tokenFirst: boolean): Promise<Stage> {
    const genesisBlock = chain.height + 1
    const [issuer, treasury] = [addressOf('issuer'), addressOf('treasury')]
    const people = [
      issuer,
      treasury,
      addressOf('feeTo'),
      BATCH,
      ...Array.from({ length: ACTORS }, (_, i) => addressOf(i)),
    ]
    await chain.setCode(BATCH, BATCH_CODE)
    const wealth = numberToHex(10n ** 30n)
    await chain.ask(people.map((person) => ({ method: 'anvil_setBalance', params: [person, wealth] })))

    let nonce = await sentBy(chain, issuer)
    const pending: Transaction[] = []
    /** Deploys in the next block; where to is known before. */
    const deploy = ({ abi, bytecode }: Build, args: readonly unknown[] = []): Address => {
      const address = getContractAddress({ from: issuer, nonce: nonce + BigInt(pending.length) })
      pending.push({ from: issuer, to: null, data: encodeDeployData({ abi, bytecode, args }) })
      return lower(address)
    }
    const currency = deploy(builds.currency, ['USD Coin', 'USDC'])
    // Uniswap V2 sorts a pair's two tokens by address: both again until they fall as asked for.
    let token: Address
    let counterAsset: Address
    do {
      token = deploy(builds.token, ['Alex', 'ALEX', 10_000_000n * ONE, issuer])
      counterAsset = deploy(weth)
    } while (token < counterAsset !== tokenFirst)
    const factoryAddress = deploy(factory, [issuer])
    const routerAddress = deploy(router, [factoryAddress, counterAsset])
    const registry = deploy(builds.registry)
    const distributor = deploy(builds.distributor)
    const sale = {
      ...{ token, asset: currency, price: 20_000n, cap: 1_000_000n * ONE, perBuyerCap: 0n, opensAt: 0n },
      ...{ closesAt: FAR, allowListRoot: zeroHash, issuer, termsHash: keccak256(toHex('terms')) },
    }
    const offering = deploy(builds.offering, [sale])
    const tokenVault = deploy(builds.vault, [token])
    pending.push({ from: issuer, ...call(factoryAddress, factory.abi, 'createPair', [token, counterAsset]) })
    const { block } = await chain.mine(pending, 12)
    const [[made]] = (await chain.census(
      [call(factoryAddress, factory.abi, 'getPair', [token, counterAsset])],
      block,
    )) as [[bigint, bigint]]
    const pair: Address = `0x${made.toString(16).padStart(40, '0')}`
    pending.splice(0)
    nonce = await sentBy(chain, issuer)
    const lpVault = deploy(builds.vault, [pair])

    // Means and allowances.
    const allowances: [Address, Abi, Address[]][] = [
      [token, ABI.token, [routerAddress, tokenVault, distributor]],
      [counterAsset, weth.abi, [routerAddress]],
      [pair, pairAbi, [routerAddress, lpVault, distributor]],
      [currency, ABI.currency, [offering]],
    ]
    const approvals = allowances.flatMap(([asset, abi, spenders]) =>
      spenders.map((spender) => call(asset, abi, 'approve', [spender, MAX])),
    )
    pending.push({ from: issuer, ...call(token, ABI.token, 'transfer', [offering, 1_000_000n * ONE]) })
    pending.push({ from: issuer, ...call(token, ABI.token, 'transfer', [treasury, 500_000n * ONE]) })
    for (const person of people) {
      pending.push({ from: issuer, ...call(currency, ABI.currency, 'mint', [person, 10n ** 12n]) })
      const deposit = call(counterAsset, weth.abi, 'deposit')
      pending.push({ from: person, ...deposit, value: 10_000n * ONE })
      const own = person === BATCH ? [{ to: BATCH, data: listOf(approvals) }] : approvals
      pending.push(...own.map((approval) => ({ from: person, ...approval })))
    }
    await chain.mine(pending, 12)
    return new Stage(chain, {
      network: 'local',
      chainId: 31337,
      genesisBlock,
      ...{
        issuer,
        treasury,
        token,
        currency,
        pair,
        counterAsset,
        offering,
        saleAddresses: [offering, treasury],
      },
      ...{ registry, tokenVault, lpVault, distributor, router: routerAddress, factory: factoryAddress },
      lpPurchase: null,
      noticeboard: null,
      excluded: [
        zeroAddress,
        BURN_ADDRESS,
        issuer,
        treasury,
        pair,
        offering,
        tokenVault,
        lpVault,
        distributor,
      ],
      rpcUrl: null,
      explorer: null,
      graphqlUrl: null,
      registerUrl: null,
      walletConnectId: null,
      walletConnectRelay: null,
    })
  }

  address(party: Party): Address {
    const address = this.#parties.get(party)
    if (address === undefined) throw new Error(`there is nobody called ${party}`)
    return address
  }

  /** Everybody with an address. */
  get parties(): [Party, Address][] {
    return [...this.#parties]
  }

  /** Whoever can sign, and null for contracts and addresses without a key. */
  signer(party: Party): PrivateKeyAccount | null {
    return SIGNERS.get(party) ?? null
  }
}

const addressOf = (party: Party): Address => {
  const signer = SIGNERS.get(party)
  if (signer === undefined) throw new Error(`${party} has no key`)
  return lower(signer.address)
}

const sentBy = async (chain: Chain, from: Address): Promise<bigint> =>
  BigInt((await chain.request('eth_getTransactionCount', from, 'latest')) as Hex)
