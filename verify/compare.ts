// A manifest as it is stated against the one that follows from the chain, each difference under the step it belongs to.
import type { Address } from 'viem'
import type { ManifestJson } from '../disbursement/index.ts'
import type { Difference, StepName } from './steps.ts'

type Json = null | boolean | string | readonly Json[] | { readonly [key: string]: Json }
/** The fields of a manifest, or of a holder in it, whatever the stream. */
type KeyOf<Each> = Each extends unknown ? keyof Each : never
type HolderField = KeyOf<ManifestJson['holders'][number]>
type HolderJson = { readonly holder: string } & { readonly [Field in HolderField]?: unknown }

/** What is known of a manifest so far: the fields that are left out are not compared. */
export type Expected = { readonly [Field in Exclude<KeyOf<ManifestJson>, 'holders'>]?: unknown } & {
  readonly holders: readonly HolderJson[]
}

const STEP_OF: Record<string, StepName> = {
  spec: 'terms',
  program: 'terms',
  termsHash: 'terms',
  stream: 'terms',
  period: 'terms',
  parameters: 'terms',
  chainId: 'deployment',
  genesisBlock: 'deployment',
  contracts: 'deployment',
  excluded: 'deployment',
  recordBlock: 'record block',
  lotsHash: 'lots',
  lpDistributions: 'units',
  previous: 'previous',
  income: 'income',
  lp: 'funding',
  'payout.kind': 'funding',
  'payout.asset': 'funding',
  'payout.symbol': 'funding',
  'payout.decimals': 'funding',
  'payout.funded': 'funding',
  'payout.carryIn': 'carry-over',
  'payout.accruedBefore': 'carry-over',
  'payout.carryOut': 'allocations',
  'payout.accruedAfter': 'allocations',
  'payout.returned': 'allocations',
  totals: 'leaves',
  root: 'root',
}

const HOLDER_STEP: Record<Exclude<HolderField, 'holder'>, StepName> = {
  lots: 'lots',
  unitSeconds: 'units',
  account: 'wallets',
  wallets: 'wallets',
  custody: 'custody',
  settled: 'entitlement',
  entitlement: 'entitlement',
  weight: 'entitlement',
  accruedBefore: 'carry-over',
  share: 'allocations',
  amount: 'allocations',
  accruedAfter: 'allocations',
  status: 'allocations',
  shard: 'leaves',
  index: 'leaves',
}

const isNode = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const show = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What makes a holder one: the lots, or what was gathered. */
const toldOf = ({ lots, weight }: HolderJson): string =>
  lots === undefined ? `one who gathered ${weight ?? 'some'}` : `one with primary lots of ${lots}`

/** The leaves in which two JSON values differ; lists are compared as a whole where that is shorter to read. */
const differing = (path: string, stated: Json | undefined, computed: Json | undefined): Difference[] => {
  if (isNode(stated) && isNode(computed)) {
    const keys = [...new Set([...Object.keys(computed), ...Object.keys(stated)])]
    return keys.flatMap((key) => differing(`${path}.${key}`, stated[key], computed[key]))
  }
  const texts = [show(stated), show(computed)] as const
  return texts[0] === texts[1] ? [] : [{ what: path, stated: texts[0], computed: texts[1] }]
}

/** Differences by step, in the order of the manifest and of its holders. */
export type Differences = ReadonlyMap<StepName, readonly Difference[]>

/**
 * Compares field by field; no field of the expectation is passed over.
 * @param stated the manifest that was published
 * @param expected what follows from the chain, as far as it is known
 */
export const compareManifests = (stated: ManifestJson, expected: Expected): Differences => {
  const found = new Map<StepName, Difference[]>()
  const add = (step: StepName, differences: readonly Difference[]) => {
    if (differences.length > 0) found.set(step, [...(found.get(step) ?? []), ...differences])
  }
  const { holders, carried, payout, ...rest } = expected
  // Holders first: a sum that differs says less than the holder it differs for.
  compareHolders(stated.holders, holders, add)
  for (const [field, value] of Object.entries(rest)) {
    const step = STEP_OF[field]
    // Which engine computed it is told, not computed.
    if (step !== undefined)
      add(step, differing(field, stated[field as keyof ManifestJson] as Json, value as Json))
  }
  for (const [field, value] of Object.entries((payout ?? {}) as Record<string, Json>)) {
    const path = `payout.${field}`
    const own = stated.payout[field as keyof ManifestJson['payout']]
    add(STEP_OF[path] ?? 'allocations', differing(path, own, value))
  }
  if (carried !== undefined) compareCarried(stated, carried as ManifestJson['carried'], add)
  return found
}

type Add = (step: StepName, differences: readonly Difference[]) => void

/** What waits of the period's own asset follows from its allocations; of the others, from the manifest before. */
const compareCarried = (stated: ManifestJson, computed: ManifestJson['carried'], add: Add): void => {
  const assets = [...new Set([...stated.carried, ...computed].map(({ asset }) => asset))].sort()
  const stepOf = (asset: string): StepName =>
    asset.toLowerCase() === stated.payout.asset.toLowerCase() ? 'allocations' : 'carry-over'
  for (const asset of assets) {
    const [own, other] = [stated.carried, computed].map((list) => list.find((each) => each.asset === asset))
    add(stepOf(asset), differing(`carried ${asset}`, own as Json | undefined, other as Json | undefined))
  }
  const order = (list: ManifestJson['carried']) => list.map(({ asset }) => asset).join(' ')
  if (order(stated.carried) !== order(computed)) {
    add('carry-over', differing('carried: the assets', order(stated.carried), order(computed)))
  }
}

const compareHolders = (stated: readonly HolderJson[], computed: Expected['holders'], add: Add): void => {
  const [mine, theirs] = [
    new Map(stated.map((each) => [each.holder.toLowerCase(), each])),
    new Map(computed.map((each) => [each.holder.toLowerCase(), each])),
  ]
  for (const holder of [...new Set([...mine.keys(), ...theirs.keys()])].sort() as Address[]) {
    const [own, other] = [mine.get(holder), theirs.get(holder)]
    if (own === undefined) {
      const computed = other === undefined ? 'absent' : toldOf(other)
      add('holders', [{ what: 'the holder', stated: 'absent', computed, holder }])
      continue
    }
    if (other === undefined) {
      const nothing = own.lots === undefined ? 'nothing gathered' : 'without primary lots'
      const computed = `absent: ${nothing}, linked to another, or excluded`
      add('holders', [{ what: 'the holder', stated: toldOf(own), computed, holder }])
      continue
    }
    for (const [field, step] of Object.entries(HOLDER_STEP) as [keyof typeof HOLDER_STEP, StepName][]) {
      const value = other[field]
      if (value === undefined) continue
      const differences = differing(field, own[field] as Json, value as Json)
      add(
        field === 'weight' && own.unitSeconds !== undefined ? 'units' : step,
        differences.map((each) => ({ ...each, holder })),
      )
    }
  }
  const order = (list: readonly { holder: string }[]) => list.map(({ holder }) => holder.toLowerCase())
  const [first, second] = [order(stated), order(computed)]
  const misplaced = first.findIndex((holder, at) => holder !== second[at])
  if (
    first.length === second.length &&
    misplaced >= 0 &&
    first.every((holder) => theirs.has(holder as Address))
  ) {
    add('holders', [
      {
        what: `place ${misplaced} of the list`,
        stated: first[misplaced] ?? 'empty',
        computed: second[misplaced] ?? 'empty',
      },
    ])
  }
}
