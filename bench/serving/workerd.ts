// Workers in workerd itself, bundled and minified by wrangler as they are deployed, without the tools around a local one: the
// CPU time of the process is the Worker's.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../local/state.ts'

const WRANGLER = join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js')
const WORKERD = join(ROOT, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd')

/** As wrangler.toml has them. */
const DATE = '2026-10-01'
const FLAGS = ['nodejs_als']

/** Bundles a Worker into a folder. Of its configuration nothing is taken but what decides how it is built. */
export const bundle = (entry: string, folder: string): void => {
  mkdirSync(folder, { recursive: true })
  const config = `${folder}.json`
  const built = { name: 'bench', main: entry, compatibility_date: DATE, compatibility_flags: FLAGS }
  writeFileSync(config, JSON.stringify(built))
  execFileSync(
    process.execPath,
    [
      ...['--no-warnings', WRANGLER, 'deploy', '--dry-run', '--minify'],
      ...['--outdir', folder, '--config', config],
    ],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        CI: '1',
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_HIDE_BANNER: 'true',
      },
    },
  )
}

/** A Worker that runs; ended with {@link Running.stop}. */
export type Running = { pid: number; port: number; stop(): void }

/**
 * Starts a bundled Worker.
 * @param far port of what plays R2, D1 and the edge's cache
 */
export const serve = async (
  folder: string,
  far: number,
  settings: Readonly<Record<string, string | number>>,
): Promise<Running> => {
  const files = readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name))
  const entry = files.find((name) => name.endsWith('.js'))
  const modules = [entry, ...files.filter((name) => name !== entry)].map((name = '') =>
    name.endsWith('.js')
      ? `(name="${name}", esModule=embed "${folder}/${name}")`
      : `(name="./${name}", wasm=embed "${folder}/${name}")`,
  )
  const bindings = [
    '(name="STORE", r2Bucket="far")',
    '(name="DB", wrapped=(moduleName="cloudflare-internal:d1-api", innerBindings=[(name="fetcher", service="far")]))',
    ...Object.entries(settings).map(([name, value]) =>
      typeof value === 'number'
        ? `(name="${name}", json="${value}")`
        : `(name="${name}", text=${JSON.stringify(value)})`,
    ),
  ]
  const config = join(folder, 'workerd.capnp')
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services=[(name="main", worker = .main), (name="internet", network=(allow=["private"])), (name="far", external=(address="127.0.0.1:${far}", http=()))],
  sockets=[(name="http", address="127.0.0.1:0", http=(), service="main")]);
const main :Workerd.Worker = (modules=[${modules.join(', ')}], compatibilityDate="${DATE}",
  compatibilityFlags=${JSON.stringify(FLAGS)}, cacheApiOutbound="far", bindings=[${bindings.join(', ')}]);
`,
  )
  const child = spawn(WORKERD, ['serve', config, '--import-path=/', '--control-fd=3'], {
    // A line of the log for each request is for nobody here.
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    let told = ''
    child.on('exit', () => reject(new Error('workerd ended before it listened')))
    child.stdio[3]?.on('data', (bytes) => {
      told += bytes
      const found = /"port":(\d+)/.exec(told)?.[1]
      if (found !== undefined) resolve(Number(found))
    })
  })
  return { pid: child.pid ?? 0, port, stop: () => void child.kill() }
}
