// A period published, cancelled and published again by the owners of a real Safe, two of three.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { noticeboardAbi } from '../../contracts/abi.ts'
import { person } from '../../local/scenario/people.ts'
import type { Stack } from '../../local/stack.ts'
import { type Batch, batchChecksum, type SafeHashes, transactionOf } from '../safe.ts'
import type { Desk } from './desk.ts'
import { codeIn, realSafe } from './realSafe.ts'

const KEYLESS = { PRORATA_KEY: '' }

/** What a command that writes a batch tells as JSON. */
interface Told {
  id: Hex
  batch: { file: string; calls: { to: Address; function: string; data: Hex }[] }
  safe: { version: string; nonce: string; multiSend: Address; hashes: SafeHashes }
}

const functionsOf = ({ batch }: Told) => batch.calls.map((call) => call.function)
const runs = ({ batch, safe }: Told) => transactionOf(batch.calls, safe.multiSend)

/** The builder encodes what it shows: the very calldata that was printed. */
function checkFile({ batch: { file, calls } }: Told): void {
  const batch: Batch = JSON.parse(readFileSync(file, 'utf8'))
  assert.equal(batchChecksum(batch), batch.meta.checksum)
  const encoded = batch.transactions.map(({ to, contractMethod, contractInputsValues }) => {
    const { name, inputs } = contractMethod
    const data = encodeFunctionData({
      abi: [{ type: 'function', stateMutability: 'nonpayable', outputs: [], name, inputs }],
      functionName: name,
      args: inputs.map((each) => argument(contractInputsValues[each.name] ?? '')),
    })
    return { to: to.toLowerCase(), data }
  })
  assert.deepEqual(
    encoded,
    calls.map(({ to, data }) => ({ to: to.toLowerCase(), data })),
  )
}

/** A tuple is typed as the list of its fields. */
const argument = (typed: string): unknown => (typed.startsWith('[') ? JSON.parse(typed) : typed)

export async function bySafe({ stack, desk }: { stack: Stack; desk: Desk }): Promise<void> {
  const { issuer } = stack.deployment
  await desk.mineUntil('2027-07-02T09:00:00Z')
  await stack.synced()
  const quarter = (...rest: string[]) => ['quarter', '--period', '2027-Q2', ...rest]
  const publish = (...rest: string[]) => ['publish', '--period', '2027-Q2', ...rest]
  const cancel = ['cancel', '--period', '2027-Q2', '--safe']
  const given = ['--income', '2000.00', '--statement', 'none', '--claim', '--safe', '--yes']
  await desk.refused(quarter(...given), 1, /answers neither VERSION nor nonce, so it is no Safe/, KEYLESS)

  const [ada, bruno, clara] = ['ada', 'bruno', 'clara'].map((name) => person(name).account)
  assert(ada && bruno && clara)
  const safe = await realSafe(desk.chain, issuer, [ada, bruno, clara], 2, person('whale').address)
  const count = (await desk.publications()).length
  /** The hash that was printed is the Safe's own, and its owners sign that. */
  const compared = async (told: Told): Promise<Hex> => {
    const { nonce, hashes } = told.safe
    assert.equal(await safe.hashOf(runs(told), BigInt(nonce)), hashes.safeTx)
    return hashes.safeTx
  }

  // Too late: the owners had a day. Nor do one owner, another's signature or another calldata do.
  const early: Told = (await desk.done(quarter('--sign-within', '1'), KEYLESS)).steps.publish
  assert.deepEqual(
    [early.safe.version, early.safe.nonce, functionsOf(early)],
    ['1.4.1', '0', ['approve', 'publish']],
  )
  checkFile(early)
  const hash = await compared(early)
  await assert.rejects(safe.execute(runs(early), hash, [ada]), codeIn('GS020'))
  await assert.rejects(safe.execute(runs(early), hash, [ada, person('nell').account]), codeIn('GS026'))
  const [approval] = early.batch.calls
  assert(approval)
  const changed = transactionOf([approval, { ...approval, to: person('nell').address }], early.safe.multiSend)
  await assert.rejects(safe.execute(changed, hash, [ada, bruno]), codeIn('GS026'))
  await desk.mineUntil('2027-07-04T09:00:00Z')
  await desk.refused(publish('--safe'), 1, /was written for the Safe's owners, to be executed until/, KEYLESS)
  await desk.refused(publish('--distribute'), 1, /have every one of them throw it away/, KEYLESS)
  await desk.refused(
    ['prepare', '--period', '2027-Q2', '--income', '1', '--replace'],
    1,
    /holds the prepared files' publication for the Safe's owners/,
  )
  // They throw it away as Safe's pages do: another transaction takes its nonce.
  const nothing = { to: issuer, data: '0x', operation: 0 } as const
  await safe.execute(nothing, await safe.hashOf(nothing, 0n), [ada, clara])
  await assert.rejects(safe.execute(runs(early), hash, [ada, bruno]), codeIn('GS026'))
  await desk.done(publish('--discard-batch'), KEYLESS)

  // Days pass between writing and signing: nothing is dated anew.
  const whole: Told = (await desk.done(quarter(), KEYLESS)).steps.publish
  assert.notEqual(whole.id, early.id)
  const file = readFileSync(whole.batch.file, 'utf8')
  await desk.mineUntil('2027-07-07T09:00:00Z')
  const again: Told = await desk.done(publish('--safe'), KEYLESS)
  assert.deepEqual([again.id, again.safe], [whole.id, whole.safe])
  assert.equal(readFileSync(whole.batch.file, 'utf8'), file)
  await desk.refused(publish(), 3, /has not executed .*safe-batch\.json yet: have its owners do so/, KEYLESS)
  const { periods } = await desk.done(['status'])
  assert.equal(periods.find(({ name }: { name: string }) => name === '2027-Q2').state, 'signing')
  await safe.execute(runs(whole), await compared(whole), [bruno, clara])
  assert.equal((await desk.publications()).length, count + 1)
  // Signed once more for the next nonce, it publishes nothing twice: the whole of it fails.
  const twice = await safe.hashOf(runs(whole), 2n)
  await assert.rejects(safe.execute(runs(whole), twice, [bruno, clara]), codeIn('GS013'))
  const published = await desk.done(publish(), KEYLESS)
  assert.deepEqual([published.id, published.alreadyPublished], [whole.id, true])
  await desk.refused(publish('--discard-batch'), 1, /the batch was executed: run publish/, KEYLESS)

  // Taken back, by a batch as well; then one owner executes the approval alone.
  await desk.refused(cancel.slice(0, -1), 1, /no key to sign with: .* for a Safe give --safe/, KEYLESS)
  const back: Told = await desk.done(cancel, KEYLESS)
  assert.deepEqual([functionsOf(back), back.id], [['cancel'], whole.id])
  checkFile(back)
  await safe.execute(runs(back), await compared(back), [ada, bruno])
  assert.deepEqual((await desk.done(cancel, KEYLESS)).transactions, [])
  await desk.mineUntil('2027-07-08T09:00:00Z')
  await stack.synced()
  await desk.done(['prepare', '--period', '2027-Q2', '--income', '2000.00'], KEYLESS)
  const last: Told = await desk.done(publish('--safe'), KEYLESS)
  assert.deepEqual(functionsOf(last), ['approve', 'publish'])
  const [approve] = last.batch.calls
  assert(approve)
  const alone = { to: approve.to, data: approve.data, operation: 0 } as const
  await safe.execute(alone, await safe.hashOf(alone, BigInt(last.safe.nonce)), [ada, bruno])
  await desk.refused(publish(), 3, /yet; the approval is there, the publication is not/, KEYLESS)
  assert.equal((await desk.publications()).length, count + 1)
  const rest: Told = await desk.done(publish('--safe'), KEYLESS)
  assert.deepEqual([rest.id, functionsOf(rest)], [last.id, ['publish']])
  checkFile(rest)
  await safe.execute(runs(rest), await compared(rest), [ada, clara])

  const done = await desk.done(quarter(), KEYLESS)
  assert.equal(done.state, 'done')
  assert.deepEqual([done.steps.publish.id, done.steps.publish.alreadyPublished], [last.id, true])
  assert.equal((await desk.publications()).length, count + 2)
  assert(existsSync(join(desk.folderOf('2027-Q2'), 'notices', 'notices.jsonl')))
  // A poll, put up by the owners too.
  const poll = [
    'poll',
    'open',
    '--name',
    'by-safe',
    '--question',
    'Shall I rest?',
    '--option',
    'Yes',
    '--option',
    'No',
  ]
  const open = [...poll, '--closes', '2027-12-01T00:00:00Z', '--safe']
  await stack.synced()
  await desk.refused(open, 3, /have its owners execute it, then run this again to finish/, KEYLESS)
  const folder = desk.folderOf('poll~by-safe')
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.safe-batch.json'))
  const [put] = (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Batch).transactions
  assert(put && stack.deployment.noticeboard)
  const id = put.contractInputsValues.subject as Hex
  const call = {
    to: stack.deployment.noticeboard,
    data: encodeFunctionData({ abi: noticeboardAbi, functionName: 'post', args: [id, id] }),
    operation: 0,
  } as const
  assert.deepEqual([put.to.toLowerCase(), put.contractMethod.name], [call.to, 'post'])
  const { stderr } = await stack.tryIssue(open, KEYLESS)
  const next = await safe.hashOf(call, BigInt(/nonce (\d+)/.exec(stderr)?.[1] ?? -1))
  assert(stderr.includes(`safeTxHash  ${next}`), stderr)
  await safe.execute(call, next, [bruno, clara])
  assert.equal((await desk.done(open, KEYLESS)).id, id)
  await safe.remove()
}
