import { getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { parseDeployment } from '../deployment.ts'
import { DeploymentError } from '../errors.ts'
import { address, deploymentJson } from './fixtures.ts'

const problemsOf = (json: unknown): readonly string[] => {
  try {
    parseDeployment(json)
  } catch (error) {
    if (error instanceof DeploymentError) return error.problems
    throw error
  }
  return []
}

const MIXED = getAddress('0xd8da6bf26964af9d7eed9e03e53415d37aa96045')

describe('a deployment', () => {
  test('is read with its addresses in lower case, unknown fields left out', () => {
    const json = { ...deploymentJson(), router: MIXED, note: 'hello' }
    const { excluded, ...rest } = parseDeployment(json)
    const { note: _, excluded: stated, ...known } = json
    expect(rest).toEqual({ ...known, router: MIXED.toLowerCase() })
    expect(excluded).toEqual(stated)
  })

  test.each(['issuer', 'treasury', 'pair', 'tokenVault', 'lpVault', 'distributor'] as const)(
    'must exclude its %s',
    (name) => {
      const json = deploymentJson()
      const excluded = json.excluded.filter((each) => each !== json[name])
      expect(problemsOf({ ...json, excluded })).toEqual([
        `excluded: must contain the ${name} ${json[name]}, which never weighs`,
      ])
    },
  )

  test('may name a WalletConnect project and a relay, and says what is neither', () => {
    const named = { walletConnectId: '0123456789abcdef', walletConnectRelay: 'wss://relay.example' }
    expect(parseDeployment({ ...deploymentJson(), ...named })).toMatchObject(named)
    expect(
      problemsOf({
        ...deploymentJson(),
        walletConnectId: 'a b',
        walletConnectRelay: 'https://relay.example',
      }),
    ).toEqual([
      'walletConnectId: must be the id of a WalletConnect project: letters and digits',
      'walletConnectRelay: must be a ws or wss address, or null',
    ])
  })

  test('must exclude every sale address, zero and burn', () => {
    const json = { ...deploymentJson(), saleAddresses: [address(0xf7), address(0x99)], excluded: [] }
    expect(problemsOf(json).slice(-4)).toEqual([
      `excluded: must contain the sale address ${address(0xf7)}, which never weighs`,
      `excluded: must contain the sale address ${address(0x99)}, which never weighs`,
      `excluded: must contain the zero address ${address(0)}, which never weighs`,
      `excluded: must contain the burn address ${address(0xdead)}, which never weighs`,
    ])
  })

  test('must list the offering among the sale addresses', () => {
    const json = { ...deploymentJson(), saleAddresses: [address(0xf1)] }
    expect(problemsOf(json)).toEqual([`saleAddresses: must contain the offering ${address(0xf7)}`])
  })

  test.each([
    ['a missing address', { pair: undefined }, 'pair: must be an address: 0x and 40 hexadecimal digits'],
    ['a short address', { pair: '0x12' }, 'pair: must be an address: 0x and 40 hexadecimal digits'],
    [
      'a wrong checksum',
      { router: MIXED.replace('d8dA', 'D8da') },
      'router: has a wrong checksum (EIP-55): copy the address again, or write it in lower case',
    ],
    ['a URL of another kind', { rpcUrl: 'file:///etc' }, 'rpcUrl: must be an http or https address, or null'],
    ['no word on a URL', { explorer: undefined }, 'explorer: must be an http or https address, or null'],
    ['a chain id in words', { chainId: '1' }, 'chainId: must be the chain id, a whole number'],
  ])('%s is refused', (_, change, expected) => {
    expect(problemsOf({ ...deploymentJson(), ...change })).toEqual([expected])
  })

  test('what is no object is refused', () => {
    expect(problemsOf('deployment')).toEqual(['must be a JSON object with the addresses of one deployment'])
  })
})
