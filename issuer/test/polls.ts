// SPEC section 13: a poll on the whole system, from its opening to the evidence, with everything that may go wrong on the way.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, erc20Abi, type Hex, keccak256, parseAbi } from 'viem'
import { contractWallet } from '../../local/contract-wallet.ts'
import { person } from '../../local/scenario/people.ts'
import { openArgs, openPoll, sendBallot, signedBallot, vote } from '../../local/scenario/polls.ts'
import type { Stack } from '../../local/stack.ts'
import { type Desk, transfer } from './desk.ts'
import { interrupt } from './interruption.ts'

const POLL = {
  name: '2026-moving',
  question: 'Shall I move to the coast?',
  options: ['Yes', 'No', 'Ask again in a year'],
  closes: '2026-09-01T00:00:00Z',
}
const whole = 10n ** 18n
const SENDING = 'eth_sendRawTransaction'

/** @param stack with a quarter published in LP shares that nobody has claimed */
export async function playPoll(stack: Stack, desk: Desk): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'prorata-poll-'))
  try {
    const wallets = await contractWallets(stack, desk)
    const id = await opened(stack, desk)
    await weighed(stack, desk, id)
    const receipt = await voted(stack, desk, id, wallets)
    const file = join(folder, 'ballots.json')
    await counted(stack, desk, id, wallets.fickle, file)
    await recounted(stack, desk, folder, file, receipt)
    await answered(stack, desk, id)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Two contract wallets with tokens of the whale's: both are Nell's. */
async function contractWallets({ deployment }: Stack, { chain, send, mineUntil }: Desk) {
  const [whale, nell] = [person('whale'), person('nell')]
  const made: Address[] = []
  for (let at = 0; at < 2; at++) {
    const hash = await chain.sendTransaction({ account: whale.address, data: contractWallet(nell.address) })
    const { contractAddress } = await chain.waitForTransactionReceipt({ hash })
    assert(contractAddress)
    await send(whale.address, deployment.token, transfer(contractAddress, 1000n * whole))
    made.push(contractAddress)
  }
  const [steady, fickle] = made
  assert(steady && fickle)
  await mineUntil('2026-08-01T00:00:00Z')
  return { steady, fickle }
}

async function opened(stack: Stack, desk: Desk): Promise<Hex> {
  await stack.synced()
  const args = openArgs(POLL)
  const refused = (changed: Partial<typeof POLL>, message: RegExp) =>
    desk.refused(openArgs({ ...POLL, ...changed }), 1, message)
  await refused({ closes: '2026-09-01' }, /--closes must be a time in UTC to the second/)
  await refused(
    { closes: '2026-07-31T00:00:00Z' },
    /--closes must be in the future by the clock of the chain/,
  )
  await refused({ options: ['Yes'] }, /--option must be given from 2 to 16 times/)
  await refused({ options: ['Yes', 'Yes'] }, /options: must all be different/)
  await refused({ question: 'Two\nlines?' }, /question: must be one line/)
  await desk.refused(args, 1, /only the program's issuer 0x[0-9a-f]{40} can put up anything/, {
    PRORATA_KEY: person('ada').privateKey,
  })
  // Ended when the announcement has been sent; and again when the API is told of it.
  await interrupt(stack.issuerEnv(), args, { on: 'rpc', when: SENDING, arrives: true })
  await interrupt(stack.issuerEnv(), args, { on: 'api', when: '"transaction"' })
  await refused({ question: 'Another?' }, /was fixed with another question, other options or other times/)
  const id = await openPoll(stack, POLL)
  assert.equal(await openPoll(stack, POLL), id)
  const { polls } = await desk.done(['poll', 'list'])
  assert.deepEqual(
    polls.map((each: { id: string; status: string }) => [each.id, each.status]),
    [[id, 'open']],
  )
  return id
}

/** Zoe only held; of her LP shares of the second quarter none is claimed. Everything is read from the chain. */
async function weighed(stack: Stack, { chain, folderOf }: Desk, id: Hex): Promise<void> {
  const { token, pair } = stack.deployment
  const zoe = person('zoe').address
  const { poll } = await get(stack, `/v1/polls/${id}`)
  const at = { blockNumber: BigInt(poll.recordBlock.number) }
  const read = { ...at, abi: erc20Abi, address: token } as const
  const balance = await chain.readContract({ ...read, functionName: 'balanceOf', args: [zoe] })
  const supply = await chain.readContract({ ...read, address: pair, functionName: 'totalSupply' })
  const pooled = await chain.readContract({ ...read, functionName: 'balanceOf', args: [pair] })
  const manifest = JSON.parse(readFileSync(join(folderOf('2026-Q2'), 'manifest.json'), 'utf8'))
  const own = manifest.holders.find((each: { holder: string }) => each.holder === zoe.toLowerCase())
  const expected = balance + (BigInt(own.amount) * pooled) / supply
  assert.equal(expected > balance, true)
  assert.equal(BigInt((await get(stack, `/v1/polls/${id}/voters/${zoe}`)).weight), expected)
  // Whoever is excluded weighs nothing.
  const issuer = await fetch(`${stack.urls.api}/v1/polls/${id}/voters/${stack.deployment.issuer}`)
  assert.equal(issuer.status, 404)
}

/** What is looked at of a poll, and of a voter. */
interface Answered {
  status: string
  weight: string
  poll: { recordBlock: { number: string } }
  result: { options: string[]; hash: Hex }
  answer: { accepted: boolean; hash: Hex }
  evidence: { hash: Hex }[]
}

async function get(stack: Stack, path: string): Promise<Answered> {
  const response = await fetch(stack.urls.api + path)
  assert.equal(response.status, 200, await response.clone().text())
  return (await response.json()) as Answered
}

async function voted(stack: Stack, desk: Desk, id: Hex, wallets: { steady: Address; fickle: Address }) {
  const refuse = async (ballot: unknown, check: string) => {
    const response = await sendBallot(stack, id, ballot)
    assert.equal(((await response.json()) as { check?: string }).check, check)
  }
  const receipt = await vote(stack, id, person('zoe'), 0)
  // The same ballot gets the same receipt.
  assert.deepEqual(await vote(stack, id, person('zoe'), 0), receipt)
  await vote(stack, id, person('quinn'), 0, 1)
  await vote(stack, id, person('quinn2'), 1, 2)
  await refuse(await signedBallot(stack, id, person('quinn'), 0, 2), 'sequence')
  await vote(stack, id, person('nell'), 2, 1, wallets.steady)
  await vote(stack, id, person('nell'), 2, 1, wallets.fickle)
  await refuse(await signedBallot(stack, id, person('ada'), 2, 2, wallets.steady), 'signature')
  await refuse(await signedBallot(stack, id, person('zoe'), 0, 3, person('ada').address), 'signature')
  await refuse(await signedBallot(stack, `0x${'12'.repeat(32)}`, person('ada'), 0, 1), 'signature')
  await refuse(await signedBallot(stack, id, person('issuer'), 0, 1), 'weight')
  await desk.refused(['poll', 'close', POLL.name], 1, /goes on until 2026-09-01T00:00:00\.000Z/)
  await desk.refused(['poll', 'recount', POLL.name], 3, /is not counted yet/)
  await desk.refused(
    ['poll', 'answer', POLL.name, '--accept', '--reason', 'So be it.'],
    1,
    /is not counted: run poll close 2026-moving first/,
  )
  return receipt
}

async function counted(stack: Stack, desk: Desk, id: Hex, fickle: Address, path: string): Promise<void> {
  // A wallet that changes its mind before the close: its code says no from now on.
  await desk.chain.setCode({ address: fickle, bytecode: '0x60006000f3' })
  await desk.mineUntil(POLL.closes)
  const late = await signedBallot(stack, id, person('ada'), 0, 1)
  assert.equal(((await (await sendBallot(stack, id, late)).json()) as { check: string }).check, 'time')
  const args = ['poll', 'close', POLL.name]
  await interrupt(stack.issuerEnv(), args, { on: 'rpc', when: SENDING, arrives: true })
  const result = await desk.done(args)
  assert.deepEqual(await desk.done(args), result)
  assert.equal(result.received, 5)
  assert.equal(result.refused.length, 1)
  const weight = async (who: Address) => BigInt((await get(stack, `/v1/polls/${id}/voters/${who}`)).weight)
  const sums = [await weight(person('zoe').address), await weight(person('quinn').address), 1000n * whole]
  assert.deepEqual(
    result.result.options.map((each: { weight: string }) => BigInt(each.weight)),
    sums,
  )
  assert.equal(
    BigInt(result.result.voted),
    sums.reduce((sum, each) => sum + each, 0n),
  )
  assert.equal(result.result.holders, 3)
  const told = await get(stack, `/v1/polls/${id}`)
  assert.deepEqual(
    [told.status, told.result.options.map(BigInt), told.result.hash],
    ['counted', sums, result.ballots],
  )
  const bytes = new Uint8Array(await (await fetch(`${stack.urls.api}/v1/polls/${id}/file`)).arrayBuffer())
  assert.equal(keccak256(bytes), result.ballots)
  writeFileSync(path, bytes)
}

interface Told {
  exitCode: number
  steps: { name: string; outcome: string; detail: string }[]
  result: { options: string[] }
}

/** With a file, a node of the chain, and nothing of ours. */
async function recounted(stack: Stack, desk: Desk, folder: string, file: string, receipt: object) {
  const nobody = { PRORATA_API_URL: '', PRORATA_GRAPH_URL: '', PRORATA_KEY: '', PRORATA_API_SECRET: '' }
  const kept = join(folder, 'receipt.json')
  writeFileSync(kept, JSON.stringify(receipt))
  const run = async (path: string, own = kept): Promise<Told> => {
    const args = ['poll', 'recount', '--file', path, '--receipt', own, '--json']
    const outcome = await stack.tryIssue(args, nobody)
    assert.notEqual(outcome.stdout, '', outcome.stderr)
    return JSON.parse(outcome.stdout)
  }
  const stated = JSON.parse(readFileSync(file, 'utf8'))
  assert.equal((await run(file)).exitCode, 3, 'the hash is on chain, but not final yet')
  await desk.mineUntil('2026-09-02T00:00:00Z')
  const good = await run(file)
  assert.deepEqual(
    [good.exitCode, good.result.options],
    [0, stated.result.options],
    JSON.stringify(good.steps),
  )
  assert.equal((await desk.done(['poll', 'recount', POLL.name])).exitCode, 0)

  // Nobody can make up a ballot that was left out.
  const forged = join(folder, 'forged.json')
  writeFileSync(forged, JSON.stringify({ ...receipt, sequence: 99 }))
  const { exitCode, steps } = await run(file, forged)
  const differing = steps.filter(({ outcome }) => outcome === 'different')
  assert.deepEqual([exitCode, differing.map(({ name }) => name)], [2, ['receipts']])
  assert.match(differing[0]?.detail ?? '', /is not one of this poll's signer/)

  const tampered = async (change: (all: typeof stated) => void, step: string, names: RegExp) => {
    const all = structuredClone(stated)
    change(all)
    const path = join(folder, 'tampered.json')
    const { default: canonicalize } = await import('canonicalize')
    writeFileSync(path, canonicalize(all) ?? '')
    const { exitCode, steps } = await run(path)
    assert.equal(exitCode, 2)
    const different = steps.filter(({ outcome }) => outcome === 'different')
    assert(
      different.some(({ name }) => name === 'ballots'),
      'the hash on chain is another',
    )
    assert.match(different.find(({ name }) => name === step)?.detail ?? '', names)
  }
  const zoe = person('zoe').address.toLowerCase()
  const of = (all: typeof stated) => all.ballots.find((each: { voter: string }) => each.voter === zoe)
  const theirs = new RegExp(`of ${zoe}`)
  await tampered((all) => Object.assign(of(all), { option: 1 }), 'signatures', theirs)
  await tampered((all) => all.ballots.splice(all.ballots.indexOf(of(all)), 1), 'receipts', theirs)
  await tampered((all) => Object.assign(all.result, { voted: '1' }), 'result', /the file states/)
  await tampered((all) => Object.assign(all, { refused: [] }), 'signatures', /is not signed by it/)
}

async function answered(stack: Stack, desk: Desk, id: Hex): Promise<void> {
  const name = POLL.name
  const decline = ['poll', 'answer', name, '--decline', '--reason', 'The coast is too loud.']
  const evidence = ['poll', 'evidence', name, '--text', 'I stayed.', '--link', 'https://example.org/stayed']
  await desk.refused(evidence, 1, /is not answered: run poll answer 2026-moving first/)
  await desk.refused([...decline, '--accept'], 1, /say one of --accept and --decline/)
  // By a wallet, and then found on chain whoever asks.
  const answer = await desk.done(decline, { PRORATA_KEY: '', PRORATA_WALLET_URL: stack.urls.rpc })
  assert.deepEqual(await desk.done(decline), answer)
  await desk.refused(
    ['poll', 'answer', name, '--accept', '--reason', 'After all.'],
    1,
    /is answered already, and with other words/,
  )
  await desk.refused(['poll', 'evidence', name, '--text', 'I stayed.', '--link', 'http://x'], 1, /link: /)
  const logged = await desk.done(evidence)
  const told = await get(stack, `/v1/polls/${id}`)
  assert.deepEqual([told.answer.accepted, told.answer.hash], [false, answer.hash])
  assert.deepEqual(
    told.evidence.map((each) => each.hash),
    [logged.hash],
  )
  const { noticeboard, issuer } = stack.deployment
  assert(noticeboard)
  const posted = await desk.chain.getContractEvents({
    address: noticeboard,
    abi: parseAbi(['event Posted(address indexed author, bytes32 indexed subject, bytes32 indexed notice)']),
    args: { author: issuer, subject: id },
    fromBlock: 0n,
    strict: true,
  })
  assert.deepEqual(
    posted.map(({ args }) => args.notice),
    [id, told.result.hash, answer.hash, logged.hash],
  )
  await desk.refused(['poll', 'close', 'no-such'], 1, /there is no poll no-such: there are 2026-moving/)
}
