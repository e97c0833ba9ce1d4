import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where a Chromium may be; PRORATA_CHROMIUM names any other. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Starts a headless Chromium that talks to nobody but the page's servers. */
export async function startChromium(...more: readonly string[]): Promise<Browser> {
  const named = process.env.PRORATA_CHROMIUM
  const executablePath = named ?? PLACES.find((place) => existsSync(place))
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(
      named === undefined
        ? `no Chromium in ${PLACES.join(', ')}: install one, or name it with PRORATA_CHROMIUM`
        : `PRORATA_CHROMIUM names ${named}, which is not there`,
    )
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  })
}
