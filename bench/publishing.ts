// Publishing to many, on a real chain and the real API in workerd: every long step by itself, with its rate.
//   node bench/publishing.ts [--accounts 1000000]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { register } from '../issuer/api.ts'
import { send } from '../issuer/delivery.ts'
import { openShards, shardsIn } from '../issuer/open.ts'
import { storeFiles } from '../issuer/publish.ts'
import { fixedPublication } from '../issuer/resume.ts'
import { startPayoutStage } from '../local/payout.ts'
import { machine, version } from './measure.ts'

const { values } = parseArgs({ options: { accounts: { type: 'string', default: '1000000' } } })
const ACCOUNTS = Number(values.accounts)

const folder = mkdtempSync(join(tmpdir(), 'prorata-publishing-'))
console.log(machine())
console.log([version('wrangler'), version('miniflare'), version('viem')].join(', '))
console.log(`| ${ACCOUNTS.toLocaleString('en')} accounts | wall s | CPU of the command s | accounts/s |`)
console.log('| --- | ---: | ---: | ---: |')
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** One step's row; the chain's and workerd's CPU is their own processes'. */
const step = async <Result>(name: string, act: () => Promise<Result>): Promise<Result> => {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  const result = await act()
  const seconds = (performance.now() - wall) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const own = (user + system) / 1e6
  console.log(
    `| ${name} | ${seconds.toFixed(1)} | ${own.toFixed(1)} | ${Math.round(ACCOUNTS / seconds).toLocaleString('en')} |`,
  )
  return result
}

const stage = await startPayoutStage(folder)
try {
  const made = await step('prepare: allocation, manifest, records, written', () => stage.prepare(ACCOUNTS))
  const { root, leaves, records, manifestBytes, manifestPages } = made
  if (root === null || records === null) throw new Error('nobody is paid')
  const run = await step('read back and checked', () => stage.run(say))
  await step('manifest and records into R2', () => storeFiles(run))
  await step('the same again, all there', () => storeFiles(run))
  const publication = await fixedPublication(run, root)
  const receipt = await step('publish and fund, one transaction', () => send(run, publication))
  await step('registered with the API, rows in D1', () =>
    register(run.settings.apiUrl, run.apiSecret, made.manifestHash, receipt.transactionHash, say),
  )
  await stage.pass(BigInt(run.terms.challengeWindowSeconds) + 60n)
  const shards = shardsIn(records)
  const opening = { settings: run.settings, chain: run.chain, signer: run.signer, publication, say }
  const { gasUsed } = await step('every shard opened', () => openShards(opening, shards))
  const pages = [...manifestPages.values()].reduce((sum, page) => sum + page.length, 0)
  console.log(
    `${leaves.length} leaves; manifest ${manifestBytes.length} bytes and ${manifestPages.size} pages of ${(pages / 1e6).toFixed(0)} MB in all; ` +
      `records ${records.length} bytes; ${shards.length} shards opened for ${gasUsed} gas, ${gasUsed / BigInt(shards.length)} each`,
  )
  const last = leaves.at(-1)?.account
  const proof = await fetch(`${run.settings.apiUrl}/v1/distributions/${publication.id}/proofs/${last}`)
  if (!proof.ok) throw new Error(`the last account has no proof: HTTP ${proof.status}`)
} finally {
  await stage.stop()
  rmSync(folder, { recursive: true, force: true })
}
