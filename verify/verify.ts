// SPEC section 10: a distribution against the chain, without the subgraph and without anybody's server.
import { type Hex, keccak256 } from 'viem'
import {
  type Deployment,
  deadlineOf,
  decodeTerms,
  type Manifest,
  type Payment,
  type Period,
  periodOf,
  periodsOf,
  type StreamName,
  type Terms,
} from '../disbursement/index.ts'
import { examineAlone } from './alone.ts'
import { distributedIn } from './calldata.ts'
import { MissingData, whyMissing } from './errors.ts'
import type { ChainClient, Examiner } from './examination.ts'
import { examine } from './examine.ts'
import { byId, byPeriod, type Located, readManifest } from './locate.ts'
import { otherPublications, unprovable, WITHOUT_REPLAY } from './notes.ts'
import { judgeOffering } from './offering.ts'
import { examineEarlier, manifestsBefore } from './previous.ts'
import { hasEnded, isCancelled, type Publication, publicationsIn, publicationsOf } from './publications.ts'
import { type Rebuilt, rebuild, rebuildRewards } from './rebuild.ts'
import { judgeRecords } from './records.ts'
import { ChainReplay, type ReplayOptions } from './replayChain.ts'
import { rewardReplay } from './rewardReplay.ts'
import type { Source } from './source.ts'
import { different, Findings, type Step, stepsOf } from './steps.ts'

/**
 * What to verify: a distribution by its id, or a period of a stream (`income` where none is named); with both, that the one
 * is the other's.
 */
export type Target = {
  id?: Hex | undefined
  period?: string | undefined
  stream?: StreamName | undefined
}

export type VerifyInput = {
  client: ChainClient
  terms: Terms
  deployment: Deployment
  target: Target
  source: Source
  /** A transaction that called `distribute`: its calldata are the records. */
  calldata?: Hex | undefined
  /**
   * `chain` (the default) replays the logs from the first block on. `documents` checks everything else, in a few requests:
   * who held what is then the manifest's word.
   */
  depth?: 'chain' | 'documents' | undefined
  /** Where the distribution is said to be published: with `documents` it is looked for there first. */
  transaction?: Hex | undefined
  /** Is told of every step as it comes out, and again when more is found. */
  onStep?: ((step: Step) => void) | undefined
  /** Is told the manifest as soon as it is read. */
  onManifest?: ((manifest: Manifest) => void) | undefined
  /** The income as its issuer states it, in base units: then the manifest itself can be made again where nobody has it. */
  income?: { amount: bigint; statementHash: Hex | null } | undefined
  options?: ReplayOptions | undefined
}

/** SPEC section 10: 0 equal, 2 something differs, 3 something is missing. */
export type ExitCode = 0 | 2 | 3

export type Verdict = {
  exitCode: ExitCode
  steps: readonly Step[]
  /** The first step that differs, or else the first that could not be taken; null when all is equal. */
  first: Step | null
  stream: StreamName
  period: string | null
  id: Hex | null
  manifestHash: Hex | null
  root: Hex | null
  total: bigint | null
  /** What verifying cannot prove, in plain words. */
  notes: readonly string[]
}

/**
 * Verifies one distribution. It never throws for what is wrong with what it verifies: that is its answer.
 * @throws TermsError (PERIOD_UNKNOWN) when the target's period is not one of the terms'
 */
export async function verify(input: VerifyInput): Promise<Verdict> {
  const { target, terms } = input
  if (target.period !== undefined) periodOf(terms, target.stream ?? 'income', target.period)
  const work = new Verification(input)
  let reason = 'an earlier step had to be taken first'
  try {
    await work.run()
  } catch (error) {
    reason = whyMissing(error)
  }
  return work.verdict(reason)
}

class Verification {
  readonly #input: VerifyInput
  readonly #findings: Findings
  readonly #notes: string[] = []
  #publication: Publication | null = null
  #manifest: Manifest | null = null
  #hash: Hex | null = null
  #head = 0n
  /** Where manifests, their pages and records are; what was made again here among them. */
  #source: Source

  constructor(input: VerifyInput) {
    this.#input = input
    this.#source = input.source
    this.#findings = new Findings(input.onStep)
  }

  async run(): Promise<void> {
    const { client, deployment } = this.#input
    const chainId = await client.getChainId()
    this.#findings.judge('chain', different('chain id', deployment.chainId, chainId), `chain ${chainId}`)
    if (chainId !== deployment.chainId) return
    this.#head = (await client.getBlock({ blockTag: 'latest' })).number
    await judgeOffering(client, this.#input, this.#findings)
    const publications = await this.#publications()
    const paid = await this.#calldata()
    const located = await this.#locate(publications, paid?.id)
    await this.#judgePublished(located)
    const manifest = await this.#judgeManifest(located)
    if (manifest === null) return
    await judgeRecords(
      { manifest, publication: this.#publication, publications, paid: paid?.payments ?? null },
      this.#source,
      this.#findings,
    )
    if (this.#isShallow) {
      const own = await examineAlone(client, this.#input, manifest, this.#findings)
      this.#notes.push(WITHOUT_REPLAY)
      return this.#judgeRoot(own.root, own.total)
    }
    const earlier = await manifestsBefore(manifest, this.#input, this.#findings)
    const examiner = await this.#examiner(manifest, publications)
    const before = await examineEarlier(earlier, examiner, publications, (each) => this.#isStanding(each))
    for (const { differences, detail } of before) {
      this.#findings.different('previous', differences, detail)
    }
    const previous = earlier.isWhole ? (earlier.manifests.at(-1) ?? null) : undefined
    const { findings, computed } = await examine(examiner, manifest, previous)
    // What is here already comes first.
    this.#findings.takeOver(findings)
    const names = earlier.manifests.map(({ period }) => period.name)
    if (earlier.isWhole) {
      this.#findings.ok('previous', names.length === 0 ? 'the first period' : names.join(', '))
    }
    if (computed !== null) this.#judgeRoot(computed.root, computed.total)
    const others = [manifest, ...earlier.manifests]
    this.#notes.push(
      ...(await otherPublications(this.#publication, publications, others, (each) => this.#isStanding(each))),
    )
  }

  verdict(reason: string): Verdict {
    const stream = this.#manifest?.stream ?? this.#stream
    const steps = this.#findings.steps(reason, stepsOf(stream, this.#input.depth ?? 'chain'))
    const differing = steps.find(({ outcome }) => outcome === 'different')
    const missing = steps.find(({ outcome }) => outcome === 'missing')
    return {
      exitCode: differing !== undefined ? 2 : missing !== undefined ? 3 : 0,
      steps,
      first: differing ?? missing ?? null,
      stream,
      period: this.#manifest?.period.name ?? this.#input.target.period ?? null,
      id: this.#publication?.id ?? null,
      manifestHash: this.#publication?.manifestHash ?? this.#hash,
      root: this.#publication?.root ?? null,
      total: this.#publication?.total ?? null,
      notes: [...unprovable(this.#manifest), ...this.#notes],
    }
  }

  get #isShallow(): boolean {
    return this.#input.depth === 'documents'
  }

  async #publications(): Promise<Publication[]> {
    const { client, deployment, transaction, target, options } = this.#input
    if (this.#isShallow && transaction !== undefined) {
      const found = await publicationsIn(client, deployment, transaction)
      if (found.some(({ id }) => target.id === undefined || id === target.id)) return found
    }
    return publicationsOf(client, deployment, this.#head, options)
  }

  get #stream(): StreamName {
    return this.#input.target.stream ?? 'income'
  }

  async #examiner(manifest: Manifest, publications: readonly Publication[]): Promise<Examiner> {
    const { client, deployment, terms, options } = this.#input
    const common = { client, deployment, terms, usedBefore: new Map<Hex, string>() }
    if (manifest.stream === 'liquidity') {
      const month = this.#periodNamed(manifest)
      if (month?.stream === 'liquidity')
        return { ...common, ...(await rewardReplay(this.#input, publications, month)) }
    }
    const program = { deployment, lpTreatment: terms.custody.lpTreatment }
    return { ...common, replay: new ChainReplay(client, program, options), lp: null }
  }

  #periodNamed({ stream, period }: Manifest): Period | undefined {
    return periodsOf(this.#input.terms, stream).find(({ name }) => name === period.name)
  }

  async #calldata(): Promise<{ id: Hex; payments: Payment[] } | null> {
    const { client, deployment, calldata } = this.#input
    return calldata === undefined ? null : distributedIn(client, deployment, calldata)
  }

  async #isStanding(publication: Publication): Promise<boolean> {
    const { client, deployment, options } = this.#input
    if (!(await hasEnded(client, deployment, publication))) return true
    return !(await isCancelled(client, deployment, publication, this.#head, options))
  }

  async #locate(publications: readonly Publication[], paidId: Hex | undefined): Promise<Located> {
    const { target, source, terms, income } = this.#input
    const id = target.id ?? paidId
    const located =
      id !== undefined
        ? await byId(publications, source, id)
        : await byPeriod(publications, source, this.#period(), (each) => this.#isStanding(each))
    if (located.bytes !== null || target.period === undefined) return located
    let made: Rebuilt
    if (this.#stream === 'liquidity') {
      made = await rebuildRewards(this.#input, periodOf(terms, 'liquidity', target.period), publications)
      this.#notes.push('Nobody had the manifest: it was made again from the chain alone.')
    } else if (income !== undefined) {
      const period = periodOf(terms, 'income', target.period)
      made = await rebuild(this.#input, period, income, publications, (each) => this.#isStanding(each))
      this.#notes.push('Nobody had the manifest: it was made again from the chain and the income given here.')
    } else return located
    const own = publications.find(({ manifestHash }) => manifestHash === keccak256(made.manifestBytes))
    // Its pages are nowhere else either.
    const { manifestPages } = made
    this.#source = { ...source, manifest: async (hash) => manifestPages.get(hash) ?? source.manifest(hash) }
    return { publication: located.publication ?? own ?? null, bytes: made.manifestBytes }
  }

  #period(): Pick<Period, 'stream' | 'name'> {
    const { period } = this.#input.target
    if (period === undefined) throw new MissingData('name a period or a distribution’s id to verify')
    return { stream: this.#stream, name: period }
  }

  async #judgePublished({ publication, bytes }: Located): Promise<void> {
    const { target, deployment } = this.#input
    this.#publication = publication
    if (publication === null) {
      const read = bytes === null ? null : await readManifest(bytes, this.#source)
      if (read !== null && 'manifest' in read && read.manifest.root === null) {
        this.#findings.ok('published', 'nobody is paid, so there is nothing on chain')
        return
      }
      const what = target.id === undefined ? `publication for ${target.period}` : `distribution ${target.id}`
      this.#findings.missing('published', `the distributor has no ${what} by the issuer ${deployment.issuer}`)
      return
    }
    const { id, root, total, transaction, block } = publication
    if (await this.#isStanding(publication)) {
      this.#findings.ok('published', `${id}: root ${root}, total ${total}, block ${block}, ${transaction}`)
      return
    }
    const cancelled = { what: `distribution ${id}`, stated: 'published', computed: 'cancelled by its issuer' }
    this.#findings.different('published', [cancelled])
  }

  async #judgeManifest({ publication, bytes }: Located): Promise<Manifest | null> {
    if (bytes === null) {
      const name = publication === null ? '' : ` ${publication.manifestHash}`
      this.#findings.missing(
        'manifest',
        `nobody has the manifest${name}: give a file, an address or a CID of it`,
      )
      return null
    }
    const hash = keccak256(bytes)
    this.#hash = hash
    if (publication !== null && hash !== publication.manifestHash) {
      this.#findings.different('manifest', different('its hash', hash, publication.manifestHash))
    }
    const read = await readManifest(bytes, this.#source)
    if ('problem' in read) {
      const unreadable = { what: 'its form', stated: 'a manifest', computed: read.problem }
      this.#findings.different('manifest', [unreadable])
      return null
    }
    const { manifest } = read
    this.#manifest = manifest
    this.#input.onManifest?.(manifest)
    const { period, stream } = this.#input.target
    if (period !== undefined && manifest.period.name !== period) {
      this.#findings.different('manifest', different('its period', manifest.period.name, period))
    }
    if (stream !== undefined && manifest.stream !== stream) {
      this.#findings.different('manifest', different('its stream', manifest.stream, stream))
    }
    this.#findings.ok('manifest', `${hash}, engine ${manifest.engine}`)
    if (publication !== null) this.#judgeWindow(publication, manifest)
    return manifest
  }

  /** The distribution pays the manifest's asset, and for as long as the terms say. */
  #judgeWindow({ token, terms: word }: Publication, { payout }: Manifest): void {
    const { terms } = this.#input
    const paid = different('the asset that is paid', payout.asset, token)
    if (paid.length > 0) this.#findings.different('published', paid)
    const { opensAt, deadline } = decodeTerms(word)
    const kept = different('the deadline on chain', deadline, deadlineOf(terms, opensAt))
    if (kept.length > 0) this.#findings.different('terms', kept)
  }

  #judgeRoot(root: Hex | null, total: bigint): void {
    if (this.#publication === null) {
      if (root !== null) {
        this.#findings.missing('root', `made anew it is ${root}; nothing on chain to hold it against`)
        this.#findings.missing('total', `made anew it is ${total}; nothing on chain to hold it against`)
      } else this.#findings.ok('total', '0')
      return
    }
    const roots = different('the root on chain', this.#publication.root, root ?? 'none')
    if (roots.length > 0) this.#findings.different('root', roots)
    this.#findings.judge('total', different('the total on chain', this.#publication.total, total), `${total}`)
  }
}
