import type { Command } from 'commander'
import { say, show } from './output.ts'
import { type GivenSettings, readSome, type Secrets } from './settings.ts'

/** The words after `prorata register`. */
export function addRegister(program: Command, secrets: Secrets): void {
  const register = program
    .command('register')
    .description(
      'who the investors are: list, decide, export, match with the chain, delete, seal the allow-list',
    )
  const flags = () => program.opts<GivenSettings>()
  const open = async () => {
    const { openRegister } = await import('./registerClient.ts')
    return openRegister(readSome(['registerUrl'], flags(), process.env), secrets)
  }
  const actions = () => import('./register.ts')

  register
    .command('list')
    .description('everybody, in the order of entering')
    .option('--status <status>', 'pending, approved or declined only')
    .option('--json', 'print the result as JSON')
    .action(async (options) => show(await (await actions()).listEntries(await open(), options), options.json))

  register
    .command('approve <who...>')
    .description('approve wallets, or ids of entries')
    .option('--json', 'print the result as JSON')
    .action(async (whom, options) =>
      show(await (await actions()).decideEntries(await open(), whom, 'approved'), options.json),
    )

  register
    .command('decline <who...>')
    .description('decline wallets, or ids of entries')
    .option('--reason <text>', 'why: shown to them; - reads it from standard input')
    .option('--json', 'print the result as JSON')
    .action(async (whom, options) =>
      show(await (await actions()).decideEntries(await open(), whom, 'declined', options), options.json),
    )

  register
    .command('reopen <who...>')
    .description('let them change their entries again')
    .option('--json', 'print the result as JSON')
    .action(async (whom, options) =>
      show(await (await actions()).decideEntries(await open(), whom, 'pending'), options.json),
    )

  register
    .command('export')
    .description('all entries as CSV that a spreadsheet takes for text')
    .option('--out <file>', 'a new file that only you can read; else standard output')
    .option('--status <status>', 'pending, approved or declined only')
    .option('--json', 'print the result as JSON')
    .action(async (options) =>
      show(await (await actions()).exportEntries(await open(), options), options.json),
    )

  register
    .command('match')
    .description('bring entries and primary lots together; exit 2 when somebody bought who is not approved')
    .option('--json', 'print the result as JSON')
    .action(async (options) => {
      const needed = readSome(['program', 'deployment', 'rpcUrl'], flags(), process.env)
      await show(await (await actions()).matchRegister(await open(), needed), options.json)
    })

  register
    .command('delete [who...]')
    .description('delete entries for good; roots and payouts stay as they are')
    .option('--all', 'the whole register')
    .option('--yes', 'without it nothing is deleted')
    .option('--json', 'print the result as JSON')
    .action(async (whom, options) =>
      show(await (await actions()).deleteEntries(await open(), whom, options), options.json),
    )

  register
    .command('allow-list')
    .description("the last allow-list's root, which an offering is deployed with")
    .option('--seal', 'first make a list of everybody who is approved now')
    .option('--out <file>', 'also write wallets and proofs to a new file that only you can read')
    .option('--json', 'print the result as JSON')
    .action(async (options) => show(await (await actions()).allowList(await open(), options), options.json))

  register
    .command('rotate')
    .description('seal every entry with the newest key; may be ended and run again')
    .option('--json', 'print the result as JSON')
    .action(async (options) => show(await (await actions()).rotateKeys(await open(), say), options.json))

  register
    .command('log')
    .description('who did what to which entry, and when')
    .option('--entry <id>', 'of one entry only')
    .option('--json', 'print the result as JSON')
    .action(async (options) => show(await (await actions()).showLog(await open(), options), options.json))
}
