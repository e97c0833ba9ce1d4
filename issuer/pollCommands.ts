import type { Command } from 'commander'
import { say, show } from './output.ts'
import { type GivenSettings, readSettings, readSome, type Secrets } from './settings.ts'

/** The words after `prorata poll`. */
export function addPoll(program: Command, secrets: Secrets): void {
  const poll = program
    .command('poll')
    .description('ask the holders: open, list, close, recount, answer, and log what was kept')
  const flags = () => program.opts<GivenSettings>()
  const settings = () => readSettings(flags(), process.env)

  poll
    .command('open')
    .description('weigh every holder, announce the poll on chain, and take ballots; run again to go on')
    .requiredOption('--name <name>', 'a short name of its own, such as 2026-moving')
    .requiredOption('--question <text>', 'one line')
    .requiredOption('--option <text...>', 'what can be chosen, two to sixteen')
    .requiredOption('--closes <time>', 'in UTC, such as 2026-05-01T00:00:00Z')
    .option('--opens <time>', 'the same; now when not given')
    .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
    .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
    .option('--json', 'print the result as JSON')
    .action(async (options) => {
      const { openPoll } = await import('./pollOpen.ts')
      await show(await openPoll(settings(), secrets, options, say), options.json)
    })

  poll
    .command('list')
    .description('every poll with its status')
    .option('--json', 'print the result as JSON')
    .action(async (options) => {
      const { listPolls } = await import('./pollList.ts')
      await show(await listPolls(readSome(['apiUrl'], flags(), process.env)), options.json)
    })

  poll
    .command('close <poll>')
    .description(
      'count the ballots of a poll that is over, and put up their hash on chain; run again to go on',
    )
    .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
    .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
    .option('--json', 'print the result as JSON')
    .action(async (which, options) => {
      const { closePoll } = await import('./pollClose.ts')
      await show(await closePoll(settings(), secrets, which, options, say), options.json)
    })

  poll
    .command('recount [poll]')
    .description(
      'count again from the ballots file and the chain; exit 0 equal, 2 different, 3 something is missing',
    )
    .option('--file <file>', 'the ballots file; else the API has it')
    .option('--receipt <file...>', 'receipts that were kept: is each ballot in the file?')
    .option('--json', 'print the verdict as JSON')
    .action(async (which, options) => {
      const { recountPoll } = await import('./pollRecount.ts')
      const needed = readSome(['program', 'deployment', 'rpcUrl'], flags(), process.env)
      const api = options.file === undefined ? readSome(['apiUrl'], flags(), process.env) : {}
      await show(await recountPoll({ ...needed, ...api }, which, options, say), options.json)
    })

  poll
    .command('answer <poll>')
    .description('answer a counted poll, on chain and for good; run again to go on')
    .option('--accept', 'you will do what was chosen')
    .option('--decline', 'you will not')
    .requiredOption('--reason <text>', 'why, for everybody to read')
    .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
    .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
    .option('--json', 'print the result as JSON')
    .action(async (which, options) => {
      const { answerPoll } = await import('./pollAnswer.ts')
      await show(await answerPoll(settings(), secrets, which, options, say), options.json)
    })

  poll
    .command('evidence <poll>')
    .description('log, on chain and for good, what was done of an answer; run again to go on')
    .requiredOption('--text <text>', 'what was done')
    .option('--link <url>', 'where it can be seen, an https address')
    .option('--file <file>', 'what shows it: its hash is logged, the file stays with you')
    .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
    .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
    .option('--json', 'print the result as JSON')
    .action(async (which, options) => {
      const { addEvidence } = await import('./pollAnswer.ts')
      await show(await addEvidence(settings(), secrets, which, options, say), options.json)
    })
}
