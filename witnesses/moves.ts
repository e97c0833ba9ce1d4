import { zeroAddress } from 'viem'
import type { Move, Part, To } from './actions.ts'
import type { Call } from './codes.ts'
import { ABI, call, FAR, type Party, type Stage } from './stage.ts'
import type { View } from './view.ts'

/** A part of an amount. */
export const partOf = (amount: bigint, part: Part): bigint => (amount * BigInt(part)) / 1_000_000n

/** The calls of a move: several where a person needs several transactions. */
export const callsOf = (stage: Stage, view: View, by: Party, move: Move): Call[] => {
  const d = stage.deployment
  const own = view.of(by)
  const at = (to: To) => stage.address(to === 'me' ? by : to)
  /** The batch contract has no ETH to send on. */
  const eth = 'eth' in move && by !== 'batch'
  const routed = (name: string, args: unknown[], value = 0n): Call[] => [
    { ...call(d.router, ABI.router, name, args), value },
  ]
  switch (move.do) {
    case 'buy':
      return [
        call(d.offering, ABI.offering, 'buy', [BigInt(move.tokens) * 10n ** 18n + BigInt(move.odd), []]),
      ]
    case 'transfer': {
      const asset = move.what === 'token' ? d.token : d.pair
      return [call(asset, ABI.token, 'transfer', [at(move.to), partOf(own[move.what], move.part)])]
    }
    case 'pull': {
      const asset = move.what === 'token' ? d.token : d.pair
      const amount = partOf(view.of(move.from)[move.what], move.part)
      return [call(asset, ABI.token, 'transferFrom', [stage.address(move.from), at(move.to), amount])]
    }
    case 'swap':
    case 'nudge': {
      const path = move.sell === 'token' ? [d.token, d.counterAsset] : [d.counterAsset, d.token]
      const amount = partOf((move.do === 'swap' ? own : view.reserves)[move.sell], move.part)
      return routed('swapExactTokensForTokens', [amount, 0n, path, at(move.to), FAR])
    }
    case 'add': {
      const amount = partOf(own.token, move.part)
      const other = ether(move.other)
      return eth
        ? routed('addLiquidityETH', [d.token, amount, 0n, 0n, at(move.to), FAR], other)
        : routed('addLiquidity', [d.token, d.counterAsset, amount, other, 0n, 0n, at(move.to), FAR])
    }
    case 'remove': {
      const units = partOf(own.lp, move.part)
      return eth
        ? routed('removeLiquidityETH', [d.token, units, 0n, 0n, at(move.to), FAR])
        : routed('removeLiquidity', [d.token, d.counterAsset, units, 0n, 0n, at(move.to), FAR])
    }
    case 'mint':
      return [
        call(d.token, ABI.token, 'transfer', [d.pair, partOf(own.token, move.part)]),
        call(d.counterAsset, ABI.weth, 'transfer', [d.pair, ether(move.other)]),
        call(d.pair, ABI.pair, 'mint', [at(move.to)]),
      ]
    case 'burn':
      return [
        call(d.pair, ABI.pair, 'transfer', [d.pair, partOf(own.lp, move.part)]),
        // The pair cannot pay out to the zero address.
        call(d.pair, ABI.pair, 'burn', [at(move.to) === zeroAddress ? at('me') : at(move.to)]),
      ]
    case 'donate':
      return [call(d.counterAsset, ABI.weth, 'transfer', [d.pair, ether(move.other)])]
    case 'skim':
      return [call(d.pair, ABI.pair, 'skim', [at(move.to)])]
    case 'sync':
      return [call(d.pair, ABI.pair, 'sync')]
    case 'stake': {
      const vault = move.what === 'token' ? d.tokenVault : d.lpVault
      return [call(vault, ABI.vault, 'stake', [partOf(own[move.what], move.part)])]
    }
    case 'withdraw': {
      const [vault, staked] = move.what === 'token' ? [d.tokenVault, own.staked] : [d.lpVault, own.lpStaked]
      return [call(vault, ABI.vault, 'withdraw', [partOf(staked, move.part)])]
    }
  }
}

const ether = (thousandths: number): bigint => BigInt(thousandths) * 10n ** 15n
