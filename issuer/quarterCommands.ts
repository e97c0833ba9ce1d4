import type { Command } from 'commander'
import { questions } from './initQuestions.ts'
import { say, show } from './output.ts'
import { type GivenSettings, readSettings, readSome, type Secrets } from './settings.ts'

const period = ['--period <name>', 'the period as the terms name it, such as 2026-Q1 or 2026-01'] as const
const stream = ['--stream <name>', 'income (the default) or liquidity: whose period it is'] as const
const json = ['--json', 'print the result as JSON'] as const
const income = [
  '--income <amount>',
  "a quarter's income in the program's currency, such as 12000.00",
] as const
const ethPrice = ['--eth-price <dollars>', 'what an ether costs, to count gas in dollars'] as const
const dust = [
  '--dust <amount>',
  'when everyone is paid at once: whoever is due less claims it instead',
] as const

/** A quarter in one sitting, and each of its steps by itself; and the beginning of it all, the terms. */
export function addQuarter(program: Command, secrets: Secrets): void {
  const flags = () => program.opts<GivenSettings>()
  const settings = () => readSettings(flags(), process.env)
  const some = <Name extends Parameters<typeof readSome>[0][number]>(names: readonly Name[]) =>
    readSome(names, flags(), process.env)

  program
    .command('quarter')
    .description(
      'a quarter in one sitting, from the income to the notices; after an interruption, run it again',
    )
    .requiredOption(...period)
    .option(...income)
    .option('--statement <file>', 'the income statement, whose hash goes into the manifest; or none')
    .option('--funding-tx <hash...>', 'for a period paid in LP units: every transaction of their purchase')
    .option('--claim', 'everyone claims')
    .option('--distribute', 'everyone is paid in the publishing transaction (up to 128)')
    .option(...dust)
    .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
    .option('--sign-within <days>', 'with --safe: the time that its owners have (default 7)')
    .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
    .option('--multisend <address>', 'with --safe: its MultiSendCallOnly, where it is not the usual one')
    .option(...ethPrice)
    .option('--page <url>', 'where holders claim, for the notices (default the API, which serves the page)')
    .option('--replace', 'prepare anew in the place of what was prepared with other inputs')
    .option('--yes', 'publish what is shown without being asked')
    .option(...json)
    .action(async (options) => {
      const { quarter } = await import('./quarter.ts')
      await show(await quarter(settings(), secrets, options, say), options.json)
    })

  program
    .command('due')
    .description('what is owed of an income, and the hash of its statement; asks nobody')
    .requiredOption(...period)
    .requiredOption(...income)
    .option('--statement <file>', 'the income statement, whose hash goes into the manifest')
    .option(...json)
    .action(async (options) => {
      const { dueOf } = await import('./income.ts')
      await show(dueOf(some(['program', 'deployment']), options), options.json)
    })

  program
    .command('drops')
    .description('who lost part of an entitlement over a period, and by which transaction')
    .requiredOption(...period)
    .option(...stream)
    .option(...json)
    .action(async (options) => {
      const { drops } = await import('./drops.ts')
      await show(await drops(some(['program', 'deployment', 'rpcUrl']), options), options.json)
    })

  program
    .command('check')
    .description('look once more at a prepared period: its files, its block, both witnesses, what is due')
    .requiredOption(...period)
    .option(...stream)
    .option(...json)
    .action(async (options) => {
      const { check } = await import('./check.ts')
      await show(await check(settings(), options, say), options.json)
    })

  program
    .command('difference')
    .description('what a prepared quarter changes against the one before it, holder by holder')
    .requiredOption(...period)
    .option(...json)
    .action(async (options) => {
      const { difference } = await import('./difference.ts')
      await show(await difference(settings(), options), options.json)
    })

  program
    .command('quote')
    .description('what it costs to let everyone claim, and to pay everyone at once: gas, and money')
    .requiredOption(...period)
    .option(...stream)
    .option(...ethPrice)
    .option(...dust)
    .option(...json)
    .action(async (options) => {
      const { quote } = await import('./quote.ts')
      await show(await quote(settings(), options), options.json)
    })

  program
    .command('notices')
    .description('what to tell the holders of a published period: a text each, and all in one list')
    .requiredOption(...period)
    .option(...stream)
    .option('--to <folder>', "where they are written (default among the period's files)")
    .option('--page <url>', 'where holders claim (default the API, which serves the page)')
    .option(...json)
    .action(async (options) => {
      const { notices } = await import('./notices.ts')
      await show(notices(some(['program', 'deployment', 'state', 'apiUrl']), options), options.json)
    })
}

/** The terms of a new program. */
export function addInit(program: Command): void {
  const command = program
    .command('init')
    .description("write a new program's terms: asks every parameter, assumes none")
    .requiredOption('--out <file>', 'the terms file, such as programs/alex.json; it must not be there')
  for (const { flag, ask, fallback } of questions) {
    command.option(flag, fallback === undefined ? ask : `${ask} (default ${fallback})`)
  }
  command.option(...json).action(async ({ out, json: asJson, ...given }) => {
    const { init } = await import('./init.ts')
    await show(await init(given, { out }), asJson)
  })
}
