import { Command, CommanderError } from 'commander'
import { say, show } from './output.ts'
import { addPoll } from './pollCommands.ts'
import { addInit, addQuarter } from './quarterCommands.ts'
import { exitCodes } from './refusal.ts'
import { addRegister } from './registerCommands.ts'
import { type GivenSettings, readSettings, readSome, settingFlags, takeSecrets } from './settings.ts'

const secrets = takeSecrets(process.env)

/** Every command with its flags. */
export const program = new Command('prorata')
  .description("An income-share program's payouts, from income to a published root")
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'prorata: ')) })
  .addHelpText(
    'after',
    `
The settings above can also come from the environment (PRORATA_PROGRAM, PRORATA_RPC_URL, …); a flag wins.
Secrets come from the environment alone: PRORATA_KEY, or PRORATA_KEYSTORE and PRORATA_KEYSTORE_PASSWORD; PRORATA_API_SECRET;
PRORATA_REGISTER_SECRET.
Exit codes: 0 done, 1 refused or bad input, 2 sources differ, 3 something needed is away or not there yet.`,
  )
  .exitOverride()
for (const { flag, env, about } of settingFlags) program.option(flag, `${about} [${env}]`)

program
  .command('prepare')
  .description('work out a period: who gets what and why; writes its manifest and records, publishes nothing')
  .requiredOption('--period <name>', 'the period as the terms name it, such as 2026-Q1 or 2026-01')
  .option('--stream <name>', 'income (the default) or liquidity: whose period it is')
  .option('--income <amount>', "a quarter's income in the program's currency, such as 12000.00")
  .option('--statement <file>', 'the income statement, whose hash goes into the manifest')
  .option(
    '--funding-tx <hash...>',
    'for LP units bought by other means than buy-shares: every transaction of their purchase',
  )
  .option('--replace', 'put the result in the place of one prepared with other inputs')
  .option('--explain <holder>', "also print a holder's whole history up to the record block")
  .option(
    '--snapshot',
    'for a large program: have the API read the holders, which goes on after an interruption',
  )
  .option('--json', 'print the result as JSON')
  .action(async (options) => {
    const { prepare } = await import('./prepare.ts')
    await show(await prepare(settings(), secrets, options, say), options.json)
  })

program
  .command('buy-shares')
  .description('buy LP units for a period paid in them: a part a day until all is spent; run again to go on')
  .requiredOption('--period <name>', 'the period as the terms name it, such as 2026-Q2')
  .option('--way <way>', "swap: buy the other half; treasury: add the issuer's own tokens")
  .option('--amount <amount>', "how much of the pair's other asset goes in altogether, such as 2.25")
  .option('--dry-run', 'only print what would happen')
  .option('--json', 'print the result as JSON')
  .action(async (options) => {
    const { buyShares } = await import('./buyShares.ts')
    const flags = program.opts<GivenSettings>()
    const needed = readSome(['program', 'deployment', 'state', 'rpcUrl', 'walletUrl'], flags, process.env)
    await show(await buyShares(needed, secrets, options, say), options.json)
  })

program
  .command('publish')
  .description('store, fund and publish a prepared period; after an interruption, run it again')
  .requiredOption('--period <name>', 'the period as the terms name it, such as 2026-Q1 or 2026-01')
  .option('--stream <name>', 'income (the default) or liquidity: whose period it is')
  .option(
    '--distribute',
    'pay everyone in the publishing transaction instead of letting them claim (up to 128)',
  )
  .option('--dust <amount>', 'with --distribute: whoever is due less claims it instead')
  .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
  .option('--sign-within <days>', 'with --safe: the time that its owners have (default 7)')
  .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
  .option('--multisend <address>', 'with --safe: its MultiSendCallOnly, where it is not the usual one')
  .option('--discard-batch', "forget a Safe's batch that every owner has thrown away")
  .option('--json', 'print the result as JSON')
  .action(async (options) => {
    const { publish } = await import('./publish.ts')
    await show(await publish(settings(), secrets, options, say), options.json)
  })

for (const [name, about] of [
  ['cancel', 'take a published period back before it opens: everything returns to the issuer'],
  ['push', 'pay everybody who has not claimed, without their doing; run it again and nobody is paid twice'],
  ['sweep', 'after the deadline, fetch home what nobody claimed'],
] as const) {
  const command = program
    .command(name)
    .description(about)
    .requiredOption('--period <name>', 'the period as the terms name it, such as 2026-Q1 or 2026-01')
    .option('--stream <name>', 'income (the default) or liquidity: whose period it is')
    .option('--json', 'print the result as JSON')
    .action(async (options) => {
      const settle = await import('./settle.ts')
      await show(await settle[name](settings(), secrets, options, say), options.json)
    })
  if (name === 'cancel') {
    command
      .option('--safe', "write a batch for a Safe's Transaction Builder instead of signing")
      .option('--safe-nonce <number>', "with --safe: the nonce the batch will have (default the Safe's next)")
      .option('--multisend <address>', 'with --safe: its MultiSendCallOnly, where it is not the usual one')
  }
}

program
  .command('open')
  .description(
    "open a published period's shards, so that no holder's first claim pays for it; run again to go on",
  )
  .requiredOption('--period <name>', 'the period as the terms name it, such as 2026-Q1 or 2026-01')
  .option('--stream <name>', 'income (the default) or liquidity: whose period it is')
  .option('--json', 'print the result as JSON')
  .action(async (options) => {
    const { open } = await import('./open.ts')
    await show(await open(settings(), secrets, options, say), options.json)
  })

program
  .command('status')
  .description('the chain, the subgraph, every period, and what to do next')
  .option('--json', 'print the result as JSON')
  .action(async (options) => {
    const { status } = await import('./status.ts')
    await show(await status(settings()), options.json)
  })

program
  .command('verify')
  .description(
    'check a distribution against the chain alone; exit 0 equal, 2 different, 3 something is missing',
  )
  .option('--period <name>', 'the period as the terms name it')
  .option('--stream <name>', 'income (the default) or liquidity: whose period it is')
  .option('--id <hash>', "the distribution's id")
  .option(
    '--manifest <where...>',
    'manifests and records: files, folders, http(s)://… or ipfs://CID; else the API',
  )
  .option('--calldata <hash>', 'a transaction that published and paid at once: its calldata are the records')
  .option('--income <amount>', 'the income as stated, to make a manifest again that nobody has')
  .option('--statement <file>', 'the income statement whose hash that manifest holds')
  .option('--ipfs-gateway <url>', 'where ipfs:// addresses are fetched')
  .option('--json', 'print the verdict as JSON')
  .action(async (options) => {
    const { runVerify } = await import('./verify.ts')
    await show(await runVerify(publicSettings(), options, say), options.json)
  })

program
  .command('explain <holder>')
  .description("a holder's whole history from the chain, with the transaction that cost each forfeit")
  .option('--period <name>', "up to that period's record block; else up to now")
  .option('--stream <name>', "liquidity: what the holder's LP units gathered over a month")
  .option('--json', 'print the history as JSON')
  .action(async (holder, options) => {
    const { explain } = await import('./explain.ts')
    await show(await explain(publicSettings(), holder, options), options.json)
  })

program
  .command('records <file>')
  .description('show a records file and check all of it')
  .option('--account <address>', 'also what it pays that account, with the proof')
  .option('--shards', 'also every shard')
  .option('--json', 'print the result as JSON')
  .action(async (file, options) => {
    const { records } = await import('./records.ts')
    await show(await records(file, options), options.json)
  })

program
  .command('export')
  .description('everything public as static files, from which claims are proved without the API')
  .requiredOption('--to <folder>', 'where the files go; what is there already stays')
  .option('--page <folder>', 'a built page to put beside them, such as page/dist')
  .option('--json', 'print the result as JSON')
  .action(async (options) => {
    const { exportMirror } = await import('./export.ts')
    const needed = readSome(['apiUrl'], program.opts<GivenSettings>(), process.env)
    await show(await exportMirror(needed, options, say), options.json)
  })

addQuarter(program, secrets)
addInit(program)
addRegister(program, secrets)
addPoll(program, secrets)

function settings() {
  return readSettings(program.opts<GivenSettings>(), process.env)
}

/** What a command needs that anybody can run: the chain, and the API only where it is named. */
function publicSettings() {
  const flags = program.opts<GivenSettings>()
  const needed = readSome(['program', 'deployment', 'rpcUrl'], flags, process.env)
  const api = flags.apiUrl || process.env.PRORATA_API_URL ? readSome(['apiUrl'], flags, process.env) : {}
  return { ...needed, ...api }
}

/** Runs the command line of this process; its exit code is the process's. */
export async function main(): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    await fail(error)
  }
}

async function fail(error: unknown): Promise<void> {
  if (error instanceof CommanderError) {
    // Commander has printed its own sentence, or the help that was asked for.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.refused
    return
  }
  const { describe } = await import('./failure.ts')
  const { message, exitCode } = describe(error)
  process.stderr.write(`prorata: ${message}\n`)
  if (process.env.PRORATA_DEBUG === '1') console.error(error)
  process.exitCode = exitCode
}
