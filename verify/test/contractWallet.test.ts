// SPEC section 13: contract wallets are asked at the closing block, and whoever counts hears the same answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import {
  type Address,
  concat,
  createPublicClient,
  encodeErrorResult,
  type Hex,
  http,
  numberToHex,
  pad,
  parseAbi,
  size,
} from 'viem'
import { startAnvil } from '../../issuer/test/anvil.ts'
import { walletAt } from '../contractWallet.ts'

const WALLET: Address = '0x00000000000000000000000000000000000000b1'
const HASH: Hex = `0x${'12'.repeat(32)}`
const YES = pad('0x1626ba7e', { dir: 'right', size: 32 })

let chain: Awaited<ReturnType<typeof startAnvil>>
before(async () => {
  chain = await startAnvil()
})
after(() => chain?.stop())

/** What a wallet of this code says at the block in which it has it. */
async function says(bytecode: Hex): Promise<boolean> {
  const { client } = chain
  await client.setCode({ address: WALLET, bytecode })
  await client.mine({ blocks: 1 })
  const ballot = { poll: HASH, voter: WALLET, option: 0, sequence: 1n }
  const block = await client.getBlockNumber({ cacheTime: 0 })
  return walletAt(createPublicClient({ transport: http(chain.url) }), block)(ballot, HASH, '0x01')
}

// push32 word; mstore(0); return(0, 32)
const answering = (word: Hex): Hex => concat(['0x7f', word, '0x5f5260205ff3'])

test('a wallet says yes in the one way there is', async () => {
  assert.equal(await says(answering(YES)), true)
  assert.equal(await says(answering(pad('0x01', { size: 32 }))), false)
  // Nothing, no code at all, a revert, and a loop without end.
  for (const code of ['0x00', '0x', '0x5f5ffd', '0x5b5f56'] as const)
    assert.equal(await says(code), false, code)
})

test('a wallet that sends whoever counts to a server says no, and nobody goes there', async () => {
  let visits = 0
  const server = createServer((_, outgoing) => {
    visits++
    outgoing.writeHead(200, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify({ data: YES }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(address !== null && typeof address !== 'string')
  try {
    const data = encodeErrorResult({
      abi: parseAbi(['error OffchainLookup(address, string[], bytes, bytes4, bytes)']),
      errorName: 'OffchainLookup',
      args: [WALLET, [`http://127.0.0.1:${address.port}/{sender}/{data}`], '0x', '0x1626ba7e', '0x'],
    })
    const length = numberToHex(size(data), { size: 2 })
    // codecopy(0, 12, length); revert(0, length); and what is copied
    const code = concat(['0x61', length, '0x600c5f3961', length, '0x5ffd', data])
    assert.equal(await says(code), false)
    assert.equal(visits, 0)
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})

test('what a node gives a call that names no gas and no sender makes no difference', async () => {
  // Yes to whoever asks with more than ten million gas; yes to the zero address alone.
  assert.equal(await says('0x5a6298968010631626ba7e60e01b025f5260205ff3'), false)
  assert.equal(await says('0x3315631626ba7e60e01b025f5260205ff3'), true)
})
