import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { factoryArtifact, routerArtifact, wethArtifact } from './uniswap.ts'

/**
 * What a public chain has already and a local one lacks: wrapped ether, Uniswap V2 from its published bytecode, and a
 * currency that anybody can mint. Each waits for the one before, so that a fresh chain gives the same addresses every time.
 */
export default buildModule('Local', (m) => {
  const weth = m.contract('WETH9', wethArtifact, [])
  const factory = m.contract('UniswapV2Factory', factoryArtifact, [m.getAccount(0)], { after: [weth] })
  const router = m.contract('UniswapV2Router02', routerArtifact, [factory, weth])
  const currency = m.contract('LocalCurrency', ['USD Coin', 'USDC'], { after: [router] })
  return { weth, factory, router, currency }
})
