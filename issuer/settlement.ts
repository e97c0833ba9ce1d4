// A period's distribution as it stands, for whoever ends it.
import type { Hex } from 'viem'
import { type Asset, assetOf, type Period } from '../disbursement/index.ts'
import { listDistributions } from './api.ts'
import { isCancelled, type Published } from './events.ts'
import { standingDistribution, unregisteredPublication } from './history.ts'
import { openSurroundings, periodNamed, type Surroundings } from './program.ts'
import type { Settings } from './settings.ts'

export interface SettleOptions {
  period: string
  /** The income stream where none is named. */
  stream?: string
}

/** A distribution as the contract wants it handed back at every call. */
export type Key = Pick<Published, 'issuer' | 'token' | 'terms' | 'root'>

export const keyOf = ({ issuer, token, terms, root }: Key): Key => ({ issuer, token, terms, root })

/** A published period, or one that was taken back. */
export interface Found {
  name: string
  period: Period
  surroundings: Surroundings
  asset: Asset
  /** What stands on chain. */
  published: Published | null
  /** The id of one that was taken back, where none stands. */
  taken: Hex | null
}

/** Looks for a period's distribution: on chain, and in what the API lists for one that was cancelled. */
export async function find(settings: Settings, { period: named, stream }: SettleOptions): Promise<Found> {
  const surroundings = await openSurroundings(settings)
  const { terms, deployment, chain } = surroundings
  const { distributor, genesisBlock } = deployment
  const period = periodNamed(terms, stream, named)
  const { name } = period
  const asset = assetOf(terms, deployment, period.asset)
  const standing = (await standingDistribution(surroundings, period))?.published
  const published =
    standing ?? (await unregisteredPublication(surroundings, period, asset.address, BigInt(genesisBlock)))
  const found = { name, period, surroundings, asset, published }
  if (published !== null) return { ...found, taken: null }
  const listed = (await listDistributions(settings.apiUrl)).filter(
    (each) => each.stream === period.stream && each.period === name,
  )
  for (const each of listed) {
    if (await isCancelled(chain, distributor, each)) return { ...found, taken: each.id }
  }
  return { ...found, taken: null }
}
