import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { type Person, person } from '../local/scenario/people.ts'
import type { Stack } from '../local/stack.ts'
import { words } from '../page/src/words/all.ts'
import { InjectedWallet } from './wallet.ts'

/** Somebody at the page, with their wallet in the browser. */
export interface Visit {
  readonly page: Page
  readonly wallet: InjectedWallet
}

/** Opens the page for one visitor after the other, each in a browser of their own. */
export class Visits {
  /** Errors that nothing in the page caught. */
  readonly faults: string[] = []
  private readonly browser: Browser
  private readonly stack: Stack
  private context: BrowserContext | undefined

  constructor(browser: Browser, stack: Stack) {
    this.browser = browser
    this.stack = stack
  }

  /** Opens the page somewhere, from the API or another server; the wallet has not been asked for anything yet. */
  async visit(who: Person, place = '#/', root = this.stack.urls.api): Promise<Visit> {
    const { urls, deployment } = this.stack
    this.context = await this.browser.newContext({ reducedMotion: 'reduce' })
    this.context.setDefaultTimeout(15_000)
    const wallet = new InjectedWallet(who.account, { rpcUrl: urls.rpc, chainId: deployment.chainId })
    await wallet.install(this.context)
    const page = await this.context.newPage()
    page.on('pageerror', (error) => this.faults.push(error.message))
    await page.goto(`${root}/${place}`)
    return { page, wallet }
  }

  /** The same with the wallet connected. */
  async connected(who: Person, place?: string, root?: string): Promise<Visit> {
    const opened = await this.visit(who, place, root)
    await connect(opened)
    return opened
  }

  /** Somebody of the story with the wallet connected, looking at their own periods. */
  async atHome(name: string, root?: string): Promise<Visit> {
    const opened = await this.connected(person(name), undefined, root)
    await section(opened.page, words.periods.title).waitFor()
    return opened
  }

  /** Closes the browser of whoever is there. */
  async leave(): Promise<void> {
    await this.context?.close()
    this.context = undefined
  }
}

export async function connect({ page, wallet }: Visit): Promise<void> {
  await button(page, words.wallet.connectTo(wallet.name)).click()
  await button(page, words.wallet.disconnect).waitFor()
}

/** The page's place of somebody's account. */
export const at = ({ address }: Pick<Person, 'address'>) => `#/address/${address}`

export const button = (where: Page | Locator, name: string) =>
  where.getByRole('button', { name, exact: true })

export const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

/** The panel of what can be claimed now. */
export const due = (page: Page) => section(page, words.due.title)

/** The amounts that can be claimed now, an asset each. */
export const dueTotals = (page: Page) => due(page).locator('.figure')

/** The row of a table that a heading names. */
export const rowOf = (where: Locator, name: string) =>
  where.getByRole('row').filter({ has: where.page().getByRole('rowheader', { name }) })

export const period = (page: Page, name: string) => rowOf(section(page, words.periods.title), name)

/** Waits until a text is there; what is there instead is the failure. */
export async function says(where: Page | Locator, text: string): Promise<void> {
  try {
    await where.getByText(text).first().waitFor()
  } catch (cause) {
    const page = 'page' in where ? where.page() : where
    const instead = await page.locator('main').innerText()
    throw new Error(`the page does not say “${text}”; it says:\n${instead}`, { cause })
  }
}

const amountsNow = (where: Locator) =>
  where
    .locator('data')
    .evaluateAll((found) => found.map((each) => (each as unknown as { title: string }).title))

/** The exact amounts that a part of the page shows, as their titles say them, once it shows any. */
export async function amounts(where: Locator): Promise<string[]> {
  await where.locator('data').first().waitFor()
  return amountsNow(where)
}

/** Waits until a part of the page shows exactly these amounts; what it shows instead is the failure. */
export const shows = (where: Locator, expected: readonly string[]) =>
  showsFirst(Number.POSITIVE_INFINITY, where, expected)

/** Waits until the first `count` amounts that a part of the page shows are these. */
export async function showsFirst(count: number, where: Locator, expected: readonly string[]): Promise<void> {
  const until = Date.now() + PATIENCE
  for (;;) {
    const shown = (await amountsNow(where)).slice(0, count)
    if (isDeepStrictEqual(shown, expected) || Date.now() > until) return assert.deepEqual(shown, expected)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** What a part of the page hands over as a file: its names, then a row each. None of its cells is quoted. */
export async function csvOf(page: Page, where: Locator): Promise<string[][]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    where.getByRole('button', { name: words.dashboard.csv }).click(),
  ])
  const lines = readFileSync(await download.path(), 'utf8').split('\r\n')
  assert.equal(lines.pop(), '', 'every line ends')
  return lines.map((line) => line.split(','))
}

/** How long the page may take to show what it has asked for, in milliseconds. */
const PATIENCE = 15_000
