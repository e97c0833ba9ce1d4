import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import { charts } from './page/charts.ts'
import { checking } from './page/checking.ts'
import { failing } from './page/failing.ts'
import { firstQuarter } from './page/firstQuarter.ts'
import { otherWays } from './page/otherWays.ts'
import { partsAway } from './page/partsAway.ts'
import { polls } from './page/polls.ts'
import { quality } from './page/quality.ts'
import { register } from './page/register.ts'
import { secondQuarter } from './page/secondQuarter.ts'
import { closeStage, openStage, stage } from './page/stage.ts'
import { tables } from './page/tables.ts'
import { walletConnect } from './page/walletConnect.ts'

// A holder at the page: a real browser, the real system, and a wallet whose key stays in this process. The tests follow the
// year: the first quarter is open, the second is published, then open, and in the end one part after another goes away.

before(openStage)
afterEach(async () => {
  const { visits } = stage()
  await visits.leave()
  assert.deepEqual(visits.faults.splice(0), [], 'nothing was left unhandled in the page')
})
after(closeStage)

firstQuarter()
walletConnect()
otherWays()
failing()
secondQuarter()
charts()
tables()
checking()
polls()
quality()
register()
partsAway()
