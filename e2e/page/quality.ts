// How the page is made: for every reader, at every width, in both schemes, by keyboard alone, and in few bytes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { person } from '../../local/scenario/people.ts'
import { ROOT } from '../../local/state.ts'
import { words } from '../../page/src/words/all.ts'
import { written } from '../owed.ts'
import { at, dueTotals, says, section, shows } from '../visit.ts'
import { stage } from './stage.ts'
import { choice, codeOf } from './walletConnect.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** From the narrowest phone to 4K, in pixels. */
const WIDTHS = [320, 390, 768, 1280, 1920, 3840] as const

/** JavaScript that may be loaded before anything is shown, in bytes after gzip. */
const BUDGET = 80_000

interface View {
  readonly name: string
  readonly place: () => string | Promise<string>
  /** What is there when the view is whole. */
  readonly ready: string
  /** Whose wallet is connected; nobody's where it is not said. */
  readonly as?: string
  /** What is done there first. */
  readonly begin?: (page: Page) => Promise<unknown>
}

const checkPlace = async () => `#/check/${(await stage().owed.claimOf('dora', '2026-Q1')).id}`

const pollPlace = async () => {
  const response = await fetch(`${stage().stack.urls.api}/v1/polls`)
  const { polls } = (await response.json()) as { polls: { id: string }[] }
  return `#/polls/${polls[0]?.id}`
}

const VIEWS: readonly View[] = [
  { name: 'front', place: () => '#/', ready: words.published.period },
  { name: 'connection code', place: () => '#/', ready: words.published.period, begin: codeOf },
  { name: 'dashboard', place: () => '#/dashboard', ready: words.dashboard.drops.lost },
  { name: 'check', place: checkPlace, ready: words.check.quick.title },
  { name: 'holder', place: () => at(person('hugo')), ready: words.whatIf.title, as: 'hugo' },
  { name: 'wallets', place: () => '#/wallets', ready: words.ways.link.title, as: 'hugo' },
  { name: 'polls', place: () => '#/polls', ready: words.polls.all },
  { name: 'poll', place: pollPlace, ready: words.polls.vote.choose, as: 'hugo' },
  { name: 'issuer', place: () => '#/issuer', ready: words.issuer.periods.title },
  { name: 'register', place: () => '#/register', ready: words.register.signIn, as: 'hugo' },
  { name: 'relay', place: () => '#/relay', ready: words.ways.relay.paste },
]

async function open({ place, ready, as, begin }: View): Promise<Page> {
  const { visits } = stage()
  const { page } =
    as === undefined
      ? await visits.visit(person('nell'), await place())
      : await visits.connected(person(as), await place())
  await page.getByText(ready, { exact: true }).first().waitFor()
  await page.waitForLoadState('networkidle')
  await begin?.(page)
  return page
}

/** What axe finds wrong, a line each; an empty list where it finds nothing. */
async function violations(page: Page, only?: readonly string[]): Promise<string[]> {
  await page.evaluate(AXE)
  const found = (await page.evaluate(
    (rules) => {
      const { axe, document } = globalThis as unknown as {
        axe: { run(where: unknown, options: unknown): Promise<{ violations: unknown[] }> }
        document: unknown
      }
      const runOnly = rules ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
      return axe.run(document, { runOnly, resultTypes: ['violations'] }).then((result) => result.violations)
    },
    only === undefined ? null : [...only],
  )) as { id: string; help: string; nodes: { html: string }[] }[]
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 160)}`),
  )
}

/** What moves now, or would move under the pointer. */
const moving = (page: Page) =>
  page.evaluate(() => {
    interface Style {
      readonly transitionDuration: string
      readonly animationName: string
    }
    const { document, getComputedStyle } = globalThis as unknown as {
      document: { querySelectorAll(all: string): Iterable<{ outerHTML: string }> }
      getComputedStyle(element: unknown): Style
    }
    return [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element)
        return transitionDuration !== '0s' || animationName !== 'none'
      })
      .map(({ outerHTML }) => outerHTML.slice(0, 80))
  })

/** What reaches beyond the width of the window, where the page as a whole does; a dialog makes no page wider. */
const standingOut = (page: Page) =>
  page.evaluate(() => {
    interface Element {
      readonly outerHTML: string
      readonly scrollWidth: number
      readonly clientWidth: number
      getBoundingClientRect(): { right: number }
    }
    const { document } = globalThis as unknown as {
      document: { documentElement: Element; querySelectorAll(all: string): Iterable<Element> }
    }
    const { scrollWidth, clientWidth } = document.documentElement
    const wider = scrollWidth > clientWidth
    return [...document.querySelectorAll(wider ? 'body *' : 'dialog[open], dialog[open] *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth)
      .map(({ outerHTML }) => outerHTML.slice(0, 120))
  })

/** Goes on with the tabulator until something of that name has the focus, and presses it. */
async function press(page: Page, name: string): Promise<void> {
  const met: string[] = []
  for (let steps = 0; steps < 80; steps++) {
    await page.keyboard.press('Tab')
    const { text, ring } = await page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as unknown as {
        document: { activeElement: { textContent: string } }
        getComputedStyle(element: unknown): { boxShadow: string }
      }
      const focused = document.activeElement
      return { text: focused.textContent.trim(), ring: getComputedStyle(focused).boxShadow }
    })
    met.push(text.slice(0, 40))
    if (text !== name) continue
    assert.notEqual(ring, 'none', `${name} is seen to have the focus`)
    return page.keyboard.press('Enter')
  }
  assert.fail(`no way to “${name}” by keyboard; met ${met.join(', ')}`)
}

/** The scripts that the document names, with all they import before they run. */
function entryScripts(): string[] {
  const dist = join(ROOT, 'page/dist')
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="[^"]*?([^"/]+\.js)"/g)].map(([, name = '']) => name)
  const found = new Set<string>()
  for (const name of named) follow(name)
  return [...found].map((name) => join(dist, 'assets', name))

  function follow(name: string): void {
    if (found.has(name)) return
    found.add(name)
    const code = readFileSync(join(dist, 'assets', name), 'utf8')
    // import"./x.js", import{a}from"./x.js" and export{a}from"./x.js"; import("./x.js") comes later.
    for (const [, next = ''] of code.matchAll(/(?:import|from)\s*["']\.\/([^"']+\.js)["']/g)) follow(next)
  }
}

export function quality(): void {
  describe('how the page is made', () => {
    for (const view of VIEWS) {
      test(`the view ${view.name} is for every reader, at every width, light and dark`, async () => {
        const page = await open(view)
        assert.deepEqual(await violations(page), [])
        await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
        assert.deepEqual(await violations(page, ['color-contrast']), [], 'in the dark')
        assert.deepEqual(await moving(page), [], 'nothing moves for who does not want it')
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 })
          assert.deepEqual(await standingOut(page), [], `nothing stands out at ${width} pixels`)
        }
        await page.setViewportSize({ width: 320, height: 700 })
        assert.deepEqual(await violations(page, ['target-size']), [], 'on a phone')
      })
    }

    test('what is wrong would be found', async () => {
      const page = await open({ name: 'front', place: () => '#/', ready: words.published.period })
      await page.evaluate(() => {
        interface Element {
          readonly style: { color: string; background: string }
          textContent: string
        }
        const { document } = globalThis as unknown as {
          document: {
            createElement(name: string): Element
            querySelector(all: string): { prepend(...parts: Element[]): void }
          }
        }
        const pale = document.createElement('p')
        Object.assign(pale.style, { color: '#aaa', background: '#fff' })
        pale.textContent = 'Pale on white'
        document.querySelector('main').prepend(document.createElement('button'), pale)
      })
      const found = (await violations(page)).join('\n')
      assert.match(found, /button-name/)
      assert.match(found, /color-contrast/)
      await page.emulateMedia({ reducedMotion: 'no-preference' })
      assert.ok((await moving(page)).length > 0, 'something moves for who does not mind')
    })

    test('a claim is made by keyboard alone', async () => {
      const { visits, owed } = stage()
      const claims = [await owed.claimOf('hugo', '2026-Q1'), await owed.claimOf('hugo', '2026-Q2')]
      const { page, wallet } = await visits.visit(person('hugo'))
      await section(page, words.published.title).waitFor()
      await press(page, words.wallet.connectTo(wallet.name))
      await shows(dueTotals(page), claims.map(written))
      await press(page, words.due.claimAll(2))
      await says(page, words.progress.done)
      assert.equal(wallet.sent(), 1)
      await press(page, words.dismiss)
      await page.getByText(words.progress.done).waitFor({ state: 'detached' })
    })

    test('the connection code is opened and closed by keyboard alone, and the focus comes back', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await section(page, words.published.title).waitFor()
      for (const close of ['Escape', words.wallet.code.cancel]) {
        await press(page, words.wallet.connectTo('WalletConnect'))
        const code = page.getByRole('dialog', { name: words.wallet.code.title })
        await code.waitFor()
        if (close === 'Escape') await page.keyboard.press(close)
        else await press(page, close)
        await code.waitFor({ state: 'detached' })
        await choice(page).and(page.locator(':focus')).waitFor()
      }
    })

    test('the page runs only its own scripts, and nobody frames it', async () => {
      const { status, headers } = await fetch(stage().stack.urls.api)
      assert.equal(status, 200)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(
        policy,
        /^default-src 'none'; script-src 'self'; style-src 'self';.* frame-ancestors 'none'$/,
      )
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      const { page } = await stage().visits.visit(person('nell'), '#/')
      const ran = await page.evaluate(`(() => {
        const script = document.createElement('script')
        script.textContent = 'window.injected = true'
        document.head.append(script)
        return 'injected' in window
      })()`)
      assert.equal(ran, false)
    })

    test('what is loaded before anything is shown is small', () => {
      const scripts = entryScripts()
      assert.ok(scripts.length > 0)
      const size = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0)
      assert.ok(
        size <= BUDGET,
        `${size} bytes after gzip in ${scripts.map((path) => basename(path)).join(', ')}`,
      )
    })
  })
}
