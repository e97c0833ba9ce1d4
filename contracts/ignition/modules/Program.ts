import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { factoryArtifact, pairArtifact } from './uniswap.ts'

/**
 * One program: its token, the registry, the pair and the two vaults, the distributor, the offering
 * and the helper for payouts in LP units. Parameters are in
 * `ProgramParameters` of ../deploy.ts and in contracts/README.md. The issuer receives the whole supply and then sends what
 * is for sale to the offering. Each part waits for the one before, so that a fresh chain gives the same addresses.
 */
export default buildModule('Program', (m) => {
  const issuer = m.getParameter<string>('issuer')
  const currency = m.getParameter<string>('currency')
  const counterAsset = m.getParameter<string>('counterAsset')
  const factory = m.contractAt('UniswapV2Factory', factoryArtifact, m.getParameter<string>('factory'))

  const token = m.contract('PersonalToken', [
    m.getParameter<string>('tokenName'),
    m.getParameter<string>('tokenSymbol'),
    m.getParameter<bigint>('supply'),
    issuer,
  ])
  const registry = m.contract('HolderRegistry', [], { after: [token] })
  const distributor = m.contract('MerkleDistributor', [], { after: [registry] })
  const offering = m.contract(
    'Offering',
    [
      {
        token,
        asset: currency,
        price: m.getParameter<bigint>('price'),
        cap: m.getParameter<bigint>('cap'),
        perBuyerCap: m.getParameter<bigint>('perBuyerCap'),
        opensAt: m.getParameter<bigint>('opensAt'),
        closesAt: m.getParameter<bigint>('closesAt'),
        allowListRoot: m.getParameter<string>('allowListRoot'),
        issuer,
        termsHash: m.getParameter<string>('termsHash'),
      },
    ],
    { after: [distributor] },
  )
  const tokenVault = m.contract('StakingVault', [token], { id: 'TokenVault', after: [offering] })
  const createPair = m.call(factory, 'createPair', [token, counterAsset], { after: [tokenVault] })
  const pair = m.contractAt(
    'UniswapV2Pair',
    pairArtifact,
    m.readEventArgument(createPair, 'PairCreated', 'pair'),
  )
  const lpVault = m.contract('StakingVault', [pair], { id: 'LpVault' })
  const lpPurchase = m.contract('LpPurchase', [factory], { after: [lpVault] })
  const noticeboard = m.contract('Noticeboard', [], { after: [lpPurchase] })
  return { token, registry, distributor, offering, tokenVault, pair, lpVault, lpPurchase, noticeboard }
})
