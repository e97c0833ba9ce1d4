import { erc20Abi, type Hex, parseAbi, zeroHash } from 'viem'
import { deployLocal, deployProgram } from '../contracts/ignition/deploy.ts'
import { type Deployment, hashTerms, type Terms } from '../disbursement/index.ts'
import { connectChain } from './chain.ts'
import { ALEX, BUYERS } from './scenario/alex.ts'
import { person } from './scenario/people.ts'

const seconds = (date: string) => BigInt(Date.parse(date) / 1000)
const whole = (tokens: number) => BigInt(tokens) * 10n ** 18n

/** The page's project at WalletConnect, and a relay of one's own. */
export interface WalletConnectAt {
  readonly projectId: string
  readonly relayUrl: string
}

/**
 * Deploys the ALEX program on a fresh local chain, with a Uniswap V2 and a dollar of its own, gives the offering its
 * tokens and the issuer the dollars that the story spends.
 */
export async function deployAlex(options: {
  rpcUrl: string
  graphqlUrl: string
  /** Null: the program has no register of investors. */
  registerUrl?: string | null
  /** Undefined: the page offers no WalletConnect. */
  walletConnect?: WalletConnectAt | undefined
  terms: Terms
}): Promise<Deployment> {
  const { rpcUrl, graphqlUrl, registerUrl = null, walletConnect, terms } = options
  const issuer = person('issuer')
  const target = { rpcUrl, privateKey: issuer.privateKey }
  const local = await deployLocal(target)
  const deployment = await deployProgram(
    target,
    {
      issuer: issuer.address,
      tokenName: ALEX.name,
      tokenSymbol: ALEX.symbol,
      supply: whole(ALEX.supply),
      currency: local.currency,
      counterAsset: local.weth,
      factory: local.factory,
      price: ALEX.offering.price,
      cap: whole(ALEX.offering.tokens),
      perBuyerCap: 0n,
      opensAt: seconds(ALEX.offering.opens),
      closesAt: seconds(ALEX.offering.closes),
      allowListRoot: zeroHash,
      termsHash: hashTerms(terms),
    },
    {
      network: 'local',
      treasury: person('treasury').address,
      router: local.router,
      rpcUrl,
      explorer: null,
      graphqlUrl,
      registerUrl,
      walletConnectId: walletConnect?.projectId ?? null,
      walletConnectRelay: walletConnect?.relayUrl ?? null,
    },
  )

  const chain = connectChain(rpcUrl)
  const raised = BUYERS.flatMap(({ tokens }) => tokens).reduce(
    (sum, lot) => sum + BigInt(lot) * ALEX.offering.price,
    0n,
  )
  const write = async (send: Promise<Hex>) => chain.waitForTransactionReceipt({ hash: await send })
  await write(
    chain.writeContract({
      account: issuer.address,
      address: deployment.token,
      abi: erc20Abi,
      functionName: 'transfer',
      args: [deployment.offering, whole(ALEX.offering.tokens)],
    }),
  )
  await write(
    chain.writeContract({
      account: issuer.address,
      address: deployment.currency,
      abi: parseAbi(['function mint(address to, uint256 amount)']),
      functionName: 'mint',
      args: [issuer.address, raised],
    }),
  )
  return deployment
}
