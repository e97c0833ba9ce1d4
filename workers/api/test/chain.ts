// What a chain would answer: blocks, receipts, and the distributor's words.
import { encodeAbiParameters, encodeEventTopics, encodeFunctionData, type Hex, pad, toHex } from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { type Disbursement, encodeTerms } from '../../../disbursement/index.ts'
import { upstream } from '../../test/upstream.ts'
import { DEADLINE, deployment, hashOf, idOf, OPENS_AT } from './program.ts'

export const TRANSACTION = hashOf('the publishing transaction')
export const HEAD = { number: toHex(100), timestamp: toHex(1_775_300_000), hash: hashOf('block 100') }
const PUBLISHED_IN = { number: toHex(95), timestamp: toHex(1_775_027_200), hash: hashOf('block 95') }

/** The Published event of a disbursement, with fields changed where a test wants them wrong. */
export const publishedLog = (
  { manifest, manifestHash, root, total }: Disbursement,
  changed: {
    address?: string
    id?: Hex
    issuer?: Hex
    root?: Hex
    total?: bigint
    manifestHash?: Hex
    token?: Hex
    opensAt?: bigint
  } = {},
) => {
  const own = {
    issuer: deployment.issuer,
    token: manifest.payout.asset,
    root: root ?? '0x',
    total,
    manifestHash,
  }
  const event = { id: idOf({ manifest, root } as Disbursement, changed.opensAt), ...own, ...changed }
  return {
    address: changed.address ?? deployment.distributor,
    topics: encodeEventTopics({
      abi: merkleDistributorAbi,
      eventName: 'Published',
      args: { id: event.id, issuer: event.issuer, token: event.token },
    }),
    data: encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'uint256' }, { type: 'bytes32' }],
      [encodeTerms(changed.opensAt ?? OPENS_AT, DEADLINE), event.root, event.total, event.manifestHash],
    ),
  }
}

export const receipt = (logs: unknown[], status = '0x1', blockNumber = PUBLISHED_IN.number) => ({
  status,
  blockNumber,
  logs,
})

/** An RPC that knows the head, the block of the publication, and what is given. */
export const chain = (answers: Record<string, unknown> = {}) =>
  upstream({
    answers: {
      eth_chainId: toHex(deployment.chainId),
      'eth_getBlockByNumber latest': HEAD,
      [`eth_getBlockByNumber ${PUBLISHED_IN.number}`]: PUBLISHED_IN,
      ...answers,
    },
  })

/** An event of the distributor, as a node tells it. */
export const logOf = (
  eventName: 'Claimed' | 'ClaimedTo' | 'Pushed' | 'Cancelled' | 'Swept',
  args: object,
) => {
  const event = merkleDistributorAbi.find((each) => each.type === 'event' && each.name === eventName)
  if (event?.type !== 'event') throw new Error(`no event ${eventName}`)
  const unindexed = event.inputs.filter((each) => !('indexed' in each && each.indexed))
  const values: Record<string, unknown> = { ...args }
  return {
    topics: encodeEventTopics({ abi: [event], args: args as never }),
    data: encodeAbiParameters(
      unindexed,
      unindexed.map(({ name }) => values[name]),
    ),
  }
}

/** The answers of `wordOf`, by id. */
export const words = (byId: Record<Hex, bigint>) =>
  Object.fromEntries(
    Object.entries(byId).map(([id, word]) => [
      `eth_call ${encodeFunctionData({ abi: merkleDistributorAbi, functionName: 'wordOf', args: [id as Hex] })}`,
      pad(toHex(word), { size: 32 }),
    ]),
  )
