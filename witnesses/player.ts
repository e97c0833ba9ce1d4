import type { Address, Hex } from 'viem'
import { linkConsent, type Payment } from '../disbursement/index.ts'
import type { Action } from './actions.ts'
import { type Call, listOf } from './codes.ts'
import { callsOf, partOf } from './moves.ts'
import { Payouts, type Sending } from './payouts.ts'
import { ABI, call, FAR, type Party, type Stage } from './stage.ts'
import { View } from './view.ts'

// Plays actions on a stage. What makes no sense fails on the chain or sends nothing; it is never an error.

/** A block that was played, and how many actions had been played by its end. */
export type PlayedBlock = { number: number; timestamp: bigint; actions: number }

export class Player {
  readonly blocks: PlayedBlock[] = []
  readonly #stage: Stage
  readonly #payouts: Payouts
  #played = 0
  #sent = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#payouts = new Payouts(stage)
  }

  /** How many transactions were sent. */
  get sent(): number {
    return this.#sent
  }

  /** Whom the distributions pay, by id: the chain knows only their roots. */
  get leavesOf(): ReadonlyMap<Hex, readonly Payment[]> {
    return this.#payouts.leavesOf
  }

  /** Plays them; what follows the last end of a block gets a block too. @returns the last block */
  async play(actions: readonly Action[]): Promise<number> {
    const ends = actions.at(-1)?.do === 'mine' ? actions : [...actions, { do: 'mine', seconds: 12 } as const]
    let block: Action[] = []
    for (const action of ends) {
      this.#played++
      if (action.do !== 'mine') block.push(action)
      else {
        await this.#block(block, action.seconds)
        block = []
      }
    }
    return this.blocks.at(-1)?.number ?? this.#stage.chain.height
  }

  async #block(actions: readonly Action[], seconds: number): Promise<void> {
    const { chain } = this.#stage
    const view = await View.take(this.#stage, chain.height)
    const sendings: Sending[] = []
    for (const action of actions) sendings.push(...(await this.#sendings(view, action)))
    const transactions = sendings.map(({ by, ...rest }) => ({ from: this.#stage.address(by), ...rest }))
    const { block } = await chain.mine(transactions, seconds)
    this.#sent += transactions.length
    this.blocks.push({ number: block, timestamp: chain.time, actions: this.#played })
  }

  async #sendings(view: View, action: Action): Promise<Sending[]> {
    const d = this.#stage.deployment
    switch (action.do) {
      case 'mine':
        return []
      case 'together':
        return this.#together(view, action)
      case 'approve': {
        const [asset, amount] = this.#share(view, action)
        return this.#by(action.by, [
          call(asset, ABI.token, 'approve', [this.#stage.address(action.spender), amount]),
        ])
      }
      case 'permit':
        return this.#permit(view, action)
      case 'link':
        return this.#link(action)
      case 'recipient': {
        const recipient = this.#stage.address(action.recipient)
        return this.#by(action.by, [call(d.registry, ABI.registry, 'nameRecipient', [recipient])])
      }
      case 'fee': {
        const to = this.#stage.address(action.on ? 'feeTo' : 'zero')
        return this.#by('issuer', [call(d.factory, ABI.factory, 'setFeeTo', [to])])
      }
      case 'publish':
        return this.#payouts.publish(view, action)
      case 'distribute':
        return this.#payouts.distribute(view, action)
      case 'open':
        return this.#payouts.open(action)
      case 'claim':
        return this.#payouts.claim(action)
      case 'push':
        return this.#payouts.push(action)
      case 'cancel':
      case 'sweep':
        return this.#payouts.end(action)
      default:
        return this.#by(action.by, callsOf(this.#stage, view, action.by, action))
    }
  }

  /** A transaction for each call; the batch contract makes them all in one. */
  #by(by: Party, calls: readonly Call[]): Sending[] {
    if (by !== 'batch') return calls.map((each) => ({ by, ...each }))
    return [{ by: 'feeTo', to: this.#stage.address('batch'), data: listOf(calls) }]
  }

  #together(view: View, { moves, flash }: Extract<Action, { do: 'together' }>): Sending[] {
    const own = (seen: View): Call[] => moves.flatMap((move) => callsOf(this.#stage, seen, 'batch', move))
    if (flash === undefined) return this.#by('batch', own(view))
    const { pair, token, counterAsset } = this.#stage.deployment
    const lent = partOf(view.reserves[flash.what], flash.part)
    const asset = flash.what === 'token' ? token : counterAsset
    // Paid back in kind, with the pair's fee.
    const repay = call(asset, ABI.token, 'transfer', [pair, (lent * 1000n) / 997n + 1n])
    const inside = listOf([...own(view.lending('batch', flash.what, lent)), repay])
    const sides = (flash.what === 'token') === token < counterAsset ? [lent, 0n] : [0n, lent]
    return this.#by('batch', [call(pair, ABI.pair, 'swap', [...sides, this.#stage.address('batch'), inside])])
  }

  #share(view: View, { by, what, part }: Extract<Action, { spender: Party }>): [Address, bigint] {
    const { token, pair } = this.#stage.deployment
    return [what === 'token' ? token : pair, partOf(view.of(by)[what], part)]
  }

  async #permit(view: View, action: Extract<Action, { spender: Party }>): Promise<Sending[]> {
    const { by, what } = action
    const signer = this.#stage.signer(by)
    if (signer === null) return []
    const [asset, value] = this.#share(view, action)
    const spender = this.#stage.address(action.spender)
    const signature = await signer.signTypedData({
      domain: {
        name: what === 'token' ? 'Alex' : 'Uniswap V2',
        version: '1',
        chainId: this.#stage.deployment.chainId,
        verifyingContract: asset,
      },
      types: {
        Permit: [
          { name: 'owner', type: 'address' },
          { name: 'spender', type: 'address' },
          { name: 'value', type: 'uint256' },
          { name: 'nonce', type: 'uint256' },
          { name: 'deadline', type: 'uint256' },
        ],
      },
      primaryType: 'Permit',
      message: { owner: signer.address, spender, value, nonce: view.nextNonce(what, by), deadline: FAR },
    })
    const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)]
    const args = [signer.address, spender, value, FAR, Number.parseInt(v, 16), `0x${r}`, `0x${s}`]
    // Handed in by somebody else: that is what permits are for.
    return this.#by('feeTo', [call(asset, ABI.pair, 'permit', args)])
  }

  /** One side sends it, the other has signed; a contract cannot sign. */
  async #link(action: Extract<Action, { do: 'link' }>): Promise<Sending[]> {
    const { registry } = this.#stage.deployment
    const [existing, wallet] = [this.#stage.address(action.existing), this.#stage.address(action.wallet)]
    const other = this.#stage.signer(action.by === 'existing' ? action.wallet : action.existing)
    if (other === null) return []
    const signature = await other.signTypedData(linkConsent(this.#stage.deployment, existing, wallet))
    const signatures = action.by === 'existing' ? ['0x', signature] : [signature, '0x']
    const by = action.by === 'existing' ? action.existing : action.wallet
    return this.#by(by, [call(registry, ABI.registry, 'link', [existing, wallet, ...signatures])])
  }
}
