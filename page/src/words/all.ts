/** Every sentence of the page, for tests and for who translates. */
import { checkWords } from './check.ts'
import { dashboardWords } from './dashboard.ts'
import { words as atOnce } from './index.ts'
import { issuerWords } from './issuer.ts'
import { pollsWords } from './polls.ts'
import { registerWords } from './register.ts'
import { waysWords } from './ways.ts'

export const words = {
  ...atOnce,
  dashboard: dashboardWords,
  check: checkWords,
  ways: waysWords,
  issuer: issuerWords,
  polls: pollsWords,
  register: registerWords,
}
