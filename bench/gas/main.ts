// The gas of every call, ours beside peers' in one run on one EVM. `hardhat build --no-tests` first.
//   node bench/gas/main.ts           measures, prints, and accepts: writes snapshot.json and the tables in the READMEs
//   node bench/gas/main.ts --check   measures ours alone, writes nothing, and fails if a figure rose, if one misses its goal,
//                                    or if a table is not the snapshot's
import { readFileSync, writeFileSync } from 'node:fs'
import { measure, NAMES } from './figures.ts'
import { lpPayouts } from './lpPayouts.ts'
import { GOALS, print, type Snapshot, staleReadmes } from './report.ts'
import { peers, startWorld } from './world.ts'

const SNAPSHOT = new URL('snapshot.json', import.meta.url)
const check = process.argv.includes('--check')

const names = check ? (['ours'] as const) : NAMES
const world = await startWorld()
const measured: Snapshot = await measure(world, peers(), names)
await world.close()
const apart = await startWorld()
Object.assign(measured.figures, await lpPayouts(apart, peers(), names))
await apart.close()
print(measured)

const problems: string[] = []
const { figures } = measured
for (const [row, goal] of Object.entries(GOALS)) {
  const gas = figures[row]?.ours
  if (gas === undefined) problems.push(`${row}: was not measured`)
  else if (gas > goal) problems.push(`${row}: ${gas} is above the goal of ${goal}`)
}
if (check) {
  const snapshot = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Snapshot
  for (const row of new Set([...Object.keys(snapshot.figures), ...Object.keys(figures)])) {
    const [was, is] = [snapshot.figures[row]?.ours, figures[row]?.ours]
    if (was === undefined || is === undefined)
      problems.push(`${row}: is only in the snapshot, or only in this run`)
    else if (is > was) problems.push(`${row}: rose from ${was} to ${is}`)
    else if (is < was)
      console.log(`${row}: fell from ${was} to ${is}; run \`node bench/gas/main.ts\` to keep that`)
  }
  for (const file of staleReadmes(snapshot, false))
    problems.push(`${file}: its gas table is not the snapshot's`)
  if (problems.length > 0) problems.push('`node bench/gas/main.ts` accepts what was measured')
} else {
  writeFileSync(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`)
  for (const file of staleReadmes(measured, true)) console.log(`wrote the table in ${file}`)
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
