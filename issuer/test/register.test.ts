// The register from the first visit to the first purchase, on the real parts: its Worker in workerd, a chain, an offering that
// is deployed with the sealed allow-list, and the issuer's commands.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Address, BaseError, ContractFunctionRevertedError, erc20Abi, type Hex, parseAbi } from 'viem'
import { offeringAbi } from '../../contracts/abi.ts'
import { deployLocal, deployProgram } from '../../contracts/ignition/deploy.ts'
import { hashTerms, parseTerms } from '../../disbursement/index.ts'
import { CHAIN_ID, connectChain, type LocalChain, startChain } from '../../local/chain.ts'
import type { Child } from '../../local/child.ts'
import { contractWallet } from '../../local/contract-wallet.ts'
import { freePort } from '../../local/ports.ts'
import { openRegister } from '../../local/register.ts'
import { run } from '../../local/run.ts'
import { person } from '../../local/scenario/people.ts'
import { ROOT } from '../../local/state.ts'
import { jsonText, type Outcome } from '../output.ts'
import { Refusal } from '../refusal.ts'
import {
  allowList,
  decideEntries,
  deleteEntries,
  exportEntries,
  listEntries,
  matchRegister,
  rotateKeys,
  showLog,
} from '../register.ts'
import { openRegister as openClient } from '../registerClient.ts'
import { visit } from './investor.ts'

const PAGE = 'http://127.0.0.1:8787'
const TERMS = join(ROOT, 'programs/alex.json')
const terms = parseTerms(JSON.parse(readFileSync(TERMS, 'utf8')))
const GENESIS = new Date('2025-10-01T00:00:00Z')
const seconds = (date: string) => BigInt(Date.parse(date) / 1000)

const PRIVATE = {
  ada: { name: 'Adamantia Quillfeather', email: 'adamantia@quillfeather.example', pledge: '20000000001' },
  bruno: {
    name: '=HYPERLINK("https://evil.example")',
    email: 'bruno@quagmire.example',
    pledge: '70000000009',
  },
  safe: { name: 'Safekeeping Ltd', email: 'desk@safekeeping.example', pledge: '30000000003' },
}
const REASON = 'No papers from Quagmire County'

const state = mkdtempSync(join(tmpdir(), 'prorata-register-'))
const [oldKey, newKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
const secret = randomBytes(24).toString('hex')
const children: Child[] = []
let rpcUrl: string
let chain: LocalChain
let register: { url: string; child: Child }
let safe: Address
let root: Hex

const startRegister = async (keys: Record<string, string>) => {
  register = await openRegister({
    ...{ terms, chainId: CHAIN_ID, rpcUrl, pageOrigin: PAGE, keys, secret },
    port: await freePort(),
    persist: join(state, 'register'),
    logs: join(state, 'logs'),
    onStarted: (child) => children.push(child),
  })
}

before(async () => {
  const logFile = join(state, 'logs/chain.log')
  const onStarted = (child: Child) => children.push(child)
  ;({ rpcUrl } = await startChain({
    port: await freePort(),
    accounts: 10,
    genesis: GENESIS,
    logFile,
    onStarted,
  }))
  chain = connectChain(rpcUrl)
  await startRegister({ 1: oldKey })
})
after(async () => {
  for (const child of children.toReversed()) await child.stop()
  rmSync(state, { recursive: true, force: true })
})

const prorata = (args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, [join(ROOT, 'issuer/prorata.ts'), 'register', ...args], {
    env: {
      PRORATA_REGISTER_URL: register.url,
      PRORATA_REGISTER_SECRET: secret,
      PRORATA_PROGRAM: TERMS,
      PRORATA_DEPLOYMENT: join(state, 'deployment.json'),
      PRORATA_RPC_URL: rpcUrl,
      ...env,
    },
  })
const done = async (args: readonly string[]) => {
  const outcome = await prorata([...args, '--json'])
  assert.equal(outcome.code, 0, outcome.stderr)
  return JSON.parse(outcome.stdout)
}
/** The same without another process: what a command finds, as its JSON. */
const desk = () => openClient({ registerUrl: register.url }, { registerSecret: secret })
const found = async (outcome: Promise<Outcome>, code = 0) => {
  const { json, exitCode = 0 } = await outcome
  assert.equal(exitCode, code)
  return JSON.parse(jsonText(json))
}
const settings = () => ({ program: TERMS, deployment: join(state, 'deployment.json'), rpcUrl })
const refused = (work: () => Promise<unknown>, exitCode: number, message: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof Refusal, String(error))
    assert.match(error.message, message)
    assert.equal(error.exitCode, exitCode)
    assert.ok(!error.message.includes(secret))
    return true
  })

/** Every file that the register, the chain and their logs have written. */
const everythingKept = () =>
  readdirSync(state, { recursive: true, encoding: 'utf8' })
    .map((name) => join(state, name))
    .filter((name) => statSync(name).isFile() && !name.endsWith('.csv'))

const keepsNothingPrivate = () => {
  const values = [...Object.values(PRIVATE).flatMap((each) => Object.values(each)), REASON]
  const files = everythingKept()
  assert.ok(
    files.some((name) => name.endsWith('.sqlite')),
    'the database is among them',
  )
  for (const name of files) {
    const bytes = readFileSync(name)
    for (const value of values) {
      for (const form of [
        value,
        Buffer.from(value).toString('base64').slice(2, -4),
        Buffer.from(value).toString('hex'),
      ]) {
        assert.ok(!bytes.includes(form), `${name} holds ${value}`)
      }
    }
  }
}

const [ada, bruno] = [person('ada'), person('bruno')]
const adasVisit = () => visit(register.url, PAGE, ada.account)
const safesVisit = (owner = ada) =>
  visit(register.url, PAGE, { address: safe, signMessage: (given) => owner.account.signMessage(given) })

test('keys and contract wallets sign in and enter; a key that is not the contract’s owner does not', async () => {
  const hash = await chain.sendTransaction({ account: ada.address, data: contractWallet(ada.address) })
  const { contractAddress } = await chain.waitForTransactionReceipt({ hash })
  assert.ok(contractAddress)
  safe = contractAddress
  const [byAda, byBruno, bySafe] = [adasVisit(), visit(register.url, PAGE, bruno.account), safesVisit()]
  for (const visitor of [byAda, byBruno, bySafe]) assert.equal(await visitor.signIn(), 201)
  assert.equal(await safesVisit(bruno).signIn(), 401, 'asked on chain, the contract says no')
  const imposter = { address: ada.address, signMessage: bruno.account.signMessage }
  assert.equal(await visit(register.url, PAGE, imposter).signIn(), 401, 'ada has no code')
  await byAda.enter(PRIVATE.ada)
  await byBruno.enter(PRIVATE.bruno)
  await bySafe.enter(PRIVATE.safe)
})

test('the issuer lists, approves and declines', async () => {
  const { stdout } = await prorata(['list'])
  assert.match(
    stdout,
    /0x[0-9a-f]{40} {2}pending {2}Adamantia Quillfeather .* 20,000\.000001 USDC {2}20\d\d-/,
  )
  const { entries } = await found(listEntries(desk(), {}))
  assert.deepEqual(
    entries.map(({ wallet, name }: { wallet: string; name: string }) => [wallet, name]),
    [
      [ada.address.toLowerCase(), PRIVATE.ada.name],
      [bruno.address.toLowerCase(), PRIVATE.bruno.name],
      [safe.toLowerCase(), PRIVATE.safe.name],
    ],
  )
  await done(['approve', ada.address, entries[2].id])
  await done(['decline', bruno.address, '--reason', REASON])
  const again = await found(decideEntries(desk(), [ada.address], 'approved'))
  assert.equal(again.entries[0].status, 'approved', 'again, as if once')
  const approved = await found(listEntries(desk(), { status: 'approved' }))
  assert.deepEqual(approved.entries.length, 2)
  for (const status of ['pending', 'approved'] as const) await decideEntries(desk(), [safe], status)
})

test('what cannot be done is refused in one sentence', async () => {
  const nobody = `0x${'1'.repeat(40)}`
  const approve = (who: string) => () => decideEntries(desk(), [who], 'approved')
  await refused(approve(nobody), 1, /0x1{40} is not in the register: prorata register list shows who is/)
  await refused(approve('ada'), 1, /ada names nobody: give a wallet/)
  await refused(
    () => listEntries(desk(), { status: 'all' }),
    1,
    /--status must be one of pending, approved, dec/,
  )
  await refused(() => allowList(desk(), {}), 1, /no allow-list has been sealed/)
  await refused(
    () => deleteEntries(desk(), [ada.address], {}),
    1,
    /would delete 1 entries for good: say --yes/,
  )
  await refused(() => deleteEntries(desk(), [], {}), 1, /name whom to delete, or --all/)
  const at = (registerUrl: string, registerSecret?: string) => async () =>
    listEntries(openClient({ registerUrl }, { ...(registerSecret && { registerSecret }) }), {})
  await refused(at(register.url, 'another-secret-than-it'), 1, /the register refused the bearer secret/)
  await refused(at(register.url), 1, /PRORATA_REGISTER_SECRET is not set/)
  await refused(
    at('http://127.0.0.1:9', secret),
    3,
    /the register does not answer at http:\/\/127\.0\.0\.1:9:/,
  )
  const { code, stdout, stderr } = await prorata(['list'], { PRORATA_REGISTER_URL: '' })
  assert.match(
    stderr,
    /^prorata: PRORATA_REGISTER_URL \(--register-url\) is not set: it must be an http or https URL$/m,
  )
  assert.deepEqual([code, stdout], [1, ''])
})

test('CSV goes to a new file of the issuer’s own, and holds no formula', async () => {
  const file = join(state, 'register.csv')
  assert.equal((await done(['export', '--out', file])).entries, 3)
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(`,"'=HYPERLINK(""https://evil.example"")",`))
  assert.ok(text.includes(REASON))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await refused(() => exportEntries(desk(), { out: file }), 1, /register\.csv is there already/)
})

test('a new key takes over', async () => {
  await register.child.stop()
  await startRegister({ 1: oldKey, 2: newKey })
  assert.deepEqual(await done(['rotate']), { version: 2, rotated: 3, unreadable: [] })
  assert.equal((await found(rotateKeys(desk(), () => {}))).rotated, 0)
  const { entries } = await found(listEntries(desk(), {}))
  assert.deepEqual(
    entries.map(({ email }: { email: string }) => email),
    Object.values(PRIVATE).map(({ email }) => email),
  )
})

test('the sealed allow-list lets its wallets buy on chain, and nobody else', async () => {
  const sealed = await done(['allow-list', '--seal'])
  root = sealed.root
  assert.equal(sealed.wallets, 2)
  const file = join(state, 'allow-list.json')
  assert.equal((await found(allowList(desk(), { seal: true, out: file }))).root, root)
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).wallets.length, 2)

  const target = { rpcUrl, privateKey: person('issuer').privateKey }
  const issuer = person('issuer').address
  const local = await deployLocal(target)
  const tokens = 1000n * 10n ** 18n
  const deployment = await deployProgram(
    target,
    {
      ...{ issuer, tokenName: 'Alex', tokenSymbol: 'ALEX', supply: 10n * tokens },
      ...{ currency: local.currency, counterAsset: local.weth, factory: local.factory },
      ...{ price: 20_000n, cap: tokens, perBuyerCap: 0n, allowListRoot: root, termsHash: hashTerms(terms) },
      ...{ opensAt: seconds('2025-10-01T00:00:00Z'), closesAt: seconds('2026-10-01T00:00:00Z') },
    },
    {
      ...{ network: 'local', treasury: person('treasury').address, router: local.router },
      ...{ rpcUrl, explorer: null, graphqlUrl: null },
    },
  )
  writeFileSync(join(state, 'deployment.json'), JSON.stringify(deployment))
  const { offering, currency, token } = deployment
  const write = async (hash: Promise<Hex>) => chain.waitForTransactionReceipt({ hash: await hash })
  const erc20 = {
    abi: erc20Abi,
    functionName: 'approve',
    address: currency,
    args: [offering, 10n ** 12n],
  } as const
  const mint = parseAbi(['function mint(address to, uint256 amount)'])
  await write(
    chain.writeContract({
      ...{
        account: issuer,
        address: token,
        abi: erc20Abi,
        functionName: 'transfer',
        args: [offering, tokens],
      },
    }),
  )
  for (const { address } of [ada, bruno]) {
    await write(
      chain.writeContract({
        account: issuer,
        address: currency,
        abi: mint,
        functionName: 'mint',
        args: [address, 10n ** 12n],
      }),
    )
    await write(chain.writeContract({ ...erc20, account: address }))
  }
  const byAda = adasVisit()
  await byAda.signIn()
  const proof = await byAda.proof()
  assert.equal(proof.root, root)
  const buy = (account: Address, amount: bigint, given: readonly Hex[]) =>
    chain.simulateContract({
      account,
      address: offering,
      abi: offeringAbi,
      functionName: 'buy',
      args: [amount, given],
    })
  for (const given of [[], proof.proof.slice(1), proof.proof]) {
    await assert.rejects(buy(bruno.address, 10n ** 18n, given), isNotAllowed)
  }
  await assert.rejects(buy(ada.address, 10n ** 18n, []), isNotAllowed)
  for (const amount of [30n * 10n ** 18n, 20n * 10n ** 18n]) {
    await write(chain.writeContract((await buy(ada.address, amount, proof.proof)).request))
  }
})

const isNotAllowed = (error: unknown) => {
  assert.ok(error instanceof BaseError)
  const revert = error.walk((each) => each instanceof ContractFunctionRevertedError)
  assert.ok(revert instanceof ContractFunctionRevertedError)
  assert.equal(revert.data?.errorName, 'NotAllowed')
  return true
}

test('entries and lots are brought together, unmatched ones shown', async () => {
  const matches = await found(matchRegister(desk(), settings()))
  assert.deepEqual(matches.allowListRoot, { offering: root, sealed: root })
  const [mine] = matches.matched
  assert.equal(mine.holder, ada.address.toLowerCase())
  assert.deepEqual(
    [mine.bought, mine.paid, mine.pledged],
    [(50n * 10n ** 18n).toString(), '1000000', '20000000001'],
  )
  assert.equal(mine.lots.length, 2)
  assert.deepEqual(matches.unmatchedLots, [])
  assert.deepEqual(
    matches.unmatchedEntries.map(({ holder }: { holder: string }) => holder).sort(),
    [bruno.address.toLowerCase(), safe.toLowerCase()].sort(),
  )
  const { stdout } = await prorata(['match'])
  assert.match(
    stdout,
    /Approved and bought: 1\nholder .*\n.*\n0x[0-9a-f]{40} {2}Adamantia Quillfeather, approved .* 1\.000000 +50$/m,
  )
  assert.match(stdout, /The offering was deployed with the last allow-list sealed here, 0x/)
})

test('nothing private was kept in the clear, in the database, its journals or any log', () =>
  keepsNothingPrivate())

test('an investor deletes everything: the lot is unmatched, the others’ proofs and the root stay', async () => {
  const byAda = adasVisit()
  await byAda.signIn()
  assert.equal((await byAda.ask('DELETE', '/v1/entry')).status, 204)
  const matches = await found(matchRegister(desk(), settings()), 2)
  assert.deepEqual(matches.matched, [])
  assert.deepEqual(
    matches.unmatchedLots.map(({ holder }: { holder: string }) => holder),
    [ada.address.toLowerCase()],
  )
  const bySafe = safesVisit()
  assert.equal(await bySafe.signIn(), 201)
  assert.equal((await bySafe.proof()).root, root)
})

test('the whole register is deleted, and no root changes', async () => {
  assert.equal((await done(['delete', '--all', '--yes'])).deleted.length, 2)
  assert.deepEqual((await found(listEntries(desk(), {}))).entries, [])
  assert.equal((await found(allowList(desk(), {}))).root, root)
  const { log } = await found(showLog(desk(), {}))
  assert.equal(log.filter(({ action }: { action: string }) => action === 'deleted').length, 3)
  const text = JSON.stringify(log)
  for (const value of Object.values(PRIVATE).flatMap((each) => Object.values(each)))
    assert.ok(!text.includes(value))
  keepsNothingPrivate()
})
