import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { person } from '../local/scenario/people.ts'
import { ROOT } from '../local/state.ts'
import { words } from '../page/src/words/all.ts'
import { startChromium } from './browser.ts'
import { InjectedWallet } from './wallet.ts'

// Takes the pictures in docs/ from a running demo: `node e2e/screenshots.ts http://127.0.0.1:…`, with the page's address
// as `./dev demo` prints it. Nothing is claimed.

interface Picture {
  readonly file: string
  readonly place: string
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
  /** Whose wallet is connected. */
  readonly connected?: string
  /** What is there when the page is ready. */
  readonly ready: string
}

const HOLDER = 'hugo'

const PICTURES: readonly Picture[] = [
  {
    file: 'front.png',
    place: '#/',
    width: 1280,
    height: 960,
    scheme: 'light',
    ready: words.published.period,
  },
  {
    file: 'claim.png',
    place: '#/',
    width: 1280,
    height: 1310,
    scheme: 'light',
    connected: HOLDER,
    ready: words.history.title,
  },
  {
    file: 'claim-dark.png',
    place: '#/',
    width: 1280,
    height: 1310,
    scheme: 'dark',
    connected: HOLDER,
    ready: words.history.title,
  },
  {
    file: 'claim-phone.png',
    place: '#/',
    width: 390,
    height: 1240,
    scheme: 'light',
    connected: HOLDER,
    ready: words.history.title,
  },
  {
    file: 'dashboard.png',
    place: '#/dashboard',
    width: 1280,
    height: 1500,
    scheme: 'light',
    ready: words.dashboard.charts.titles.claimed,
  },
  {
    file: 'dashboard-dark.png',
    place: '#/dashboard',
    width: 1280,
    height: 1500,
    scheme: 'dark',
    ready: words.dashboard.charts.titles.claimed,
  },
  {
    file: 'dashboard-phone.png',
    place: '#/dashboard',
    width: 390,
    height: 1400,
    scheme: 'light',
    ready: words.dashboard.charts.titles.claimed,
  },
]

async function take(browser: Browser, address: string, picture: Picture): Promise<void> {
  const { deployment } = (await (await fetch(new URL('/v1/program', address))).json()) as {
    deployment: { rpcUrl: string; chainId: number }
  }
  const { width, height, scheme, place, connected, ready, file } = picture
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  const wallet = new InjectedWallet(person(connected ?? HOLDER).account, deployment)
  await wallet.install(context)
  const page = await context.newPage()
  await page.goto(`${address.replace(/\/$/, '')}/${place}`)
  if (connected !== undefined) {
    await page.getByRole('button', { name: words.wallet.connectTo(wallet.name) }).click()
  }
  await page.getByText(ready, { exact: true }).first().waitFor()
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(ROOT, 'docs', file) })
  await context.close()
}

const [address] = process.argv.slice(2)
if (address === undefined || !URL.canParse(address)) {
  process.stderr.write('Which page? node e2e/screenshots.ts http://127.0.0.1:… , as ./dev demo prints it\n')
  process.exit(2)
}
mkdirSync(join(ROOT, 'docs'), { recursive: true })
const browser = await startChromium()
try {
  for (const picture of PICTURES) {
    await take(browser, address, picture)
    process.stdout.write(`docs/${picture.file}\n`)
  }
} finally {
  await browser.close()
}
