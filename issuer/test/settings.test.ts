import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { readSettings, takeSecrets } from '../settings.ts'
import { requireStorage } from '../storage.ts'

const env = {
  PRORATA_PROGRAM: 'programs/alex.json',
  PRORATA_DEPLOYMENT: '/somewhere/deployment.json',
  PRORATA_RPC_URL: 'http://127.0.0.1:8545',
  PRORATA_GRAPH_URL: 'https://graph.example/subgraphs/name/alex/',
  PRORATA_API_URL: 'https://api.example//',
  PRORATA_BINDINGS: 'local',
  PRORATA_PERSIST: '.prorata/workers',
}

test('the environment is read, paths become absolute, URLs lose their last slash, the rest has its default', () => {
  assert.deepEqual(readSettings({}, env), {
    program: resolve('programs/alex.json'),
    deployment: '/somewhere/deployment.json',
    state: resolve('.prorata/issuer'),
    rpcUrl: 'http://127.0.0.1:8545',
    graphUrl: 'https://graph.example/subgraphs/name/alex',
    apiUrl: 'https://api.example',
    bindings: 'local',
    persist: resolve('.prorata/workers'),
    wranglerConfig: resolve(import.meta.dirname, '../../wrangler.toml'),
  })
})

test('a flag wins over the environment, and an empty variable counts as unset', () => {
  const settings = readSettings(
    { rpcUrl: 'https://rpc.example', state: '/state' },
    { ...env, PRORATA_STATE: '' },
  )
  assert.equal(settings.rpcUrl, 'https://rpc.example')
  assert.equal(settings.state, '/state')
  assert.equal(readSettings({}, { ...env, PRORATA_STATE: '' }).state, resolve('.prorata/issuer'))
})

test('everything that is not right is said at once, by its names, without values', () => {
  const wrong = {
    ...env,
    PRORATA_PROGRAM: '',
    PRORATA_RPC_URL: 'ws://secret.example',
    PRORATA_BINDINGS: 'cloud',
  }
  assert.throws(
    () => readSettings({}, wrong),
    (error: Error) => {
      assert.match(error.message, /PRORATA_PROGRAM \(--program\) is not set: it must be a terms file/)
      assert.match(
        error.message,
        /PRORATA_RPC_URL \(--rpc-url\) is not usable: it must be an http or https URL/,
      )
      assert.match(error.message, /PRORATA_BINDINGS \(--bindings\) is not usable: it must be local or remote/)
      assert.doesNotMatch(error.message, /secret\.example|\n/)
      return true
    },
  )
})

test('commands that store need to know where, and locally in which folder', () => {
  const { PRORATA_PERSIST: _, ...without } = env
  assert.throws(
    () => requireStorage(readSettings({}, without)),
    /PRORATA_PERSIST must name the folder wrangler dev persists to/,
  )
  assert.throws(
    () => requireStorage(readSettings({}, { ...env, PRORATA_BINDINGS: '' })),
    /must be local or remote/,
  )
  assert.equal(requireStorage(readSettings({}, { ...without, PRORATA_BINDINGS: 'remote' })), 'remote')
})

test('secrets leave the environment, so that no child inherits them', () => {
  const environment: Record<string, string | undefined> = {
    PRORATA_KEY: 'k',
    PRORATA_KEYSTORE: '',
    PRORATA_API_SECRET: 's',
    PATH: '/bin',
  }
  assert.deepEqual(takeSecrets(environment), { key: 'k', apiSecret: 's' })
  assert.deepEqual(environment, { PATH: '/bin' })
})
