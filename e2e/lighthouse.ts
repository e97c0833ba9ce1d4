import lighthouse from 'lighthouse'
import { freePort } from '../local/ports.ts'
import { person } from '../local/scenario/people.ts'
import { startChromium } from './browser.ts'

// Lighthouse on the main views of a running demo: `node e2e/lighthouse.ts http://127.0.0.1:…`, with the page's address as
// `./dev demo` prints it. Exit code 1 where a score is below the least. A phone with a slow network, as Lighthouse has it;
// on a machine that is busy otherwise the figures of performance say more of the machine.

/** The least score, of 100. */
const LEAST = 95

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const

const PLACES = ['#/', `#/address/${person('hugo').address}`, '#/dashboard', '#/check'] as const

async function scoresOf(url: string, port: number): Promise<[category: string, score: number][]> {
  const result = await lighthouse(url, {
    port,
    output: 'json',
    logLevel: 'error',
    onlyCategories: [...CATEGORIES],
  })
  if (result === undefined) throw new Error(`Lighthouse gave no result for ${url}`)
  const { categories, audits, runtimeError } = result.lhr
  if (runtimeError !== undefined) throw new Error(`${url}: ${runtimeError.message}`)
  for (const name of CATEGORIES) {
    const refs = categories[name]?.auditRefs ?? []
    for (const { id, weight } of refs) {
      const { score, title, displayValue = '' } = audits[id] ?? {}
      if (weight > 0 && score !== null && score !== undefined && score < 0.9)
        process.stdout.write(`  ${name}: ${title} ${displayValue} (${Math.round(score * 100)})\n`)
    }
  }
  // What could not be measured counts as nothing.
  return CATEGORIES.map((name) => [name, Math.round((categories[name]?.score ?? 0) * 100)])
}

const [address] = process.argv.slice(2)
if (address === undefined || !URL.canParse(address)) {
  process.stderr.write('Which page? node e2e/lighthouse.ts http://127.0.0.1:… , as ./dev demo prints it\n')
  process.exit(2)
}
const port = await freePort()
const browser = await startChromium(`--remote-debugging-port=${port}`)
try {
  for (const place of PLACES) {
    const scores = await scoresOf(`${address.replace(/\/$/, '')}/${place}`, port)
    process.stdout.write(`${place}: ${scores.map(([name, score]) => `${name} ${score}`).join(', ')}\n`)
    if (scores.some(([, score]) => score < LEAST)) process.exitCode = 1
  }
} finally {
  await browser.close()
}
