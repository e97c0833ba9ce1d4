import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keccak256, parseAbi, stringToBytes } from 'viem'
import { batchChecksum, batchOf, dataOf, safeHashes, transactionOf } from '../safe.ts'

const abi = parseAbi(['function approve(address spender, uint256 value) returns (bool)'])
const owner = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const token = '0x00000000000000000000000000000000000000aa'
const call = (value: bigint) => ({ to: token, abi, functionName: 'approve', args: [owner, value] }) as const

test('the hashes are those of a real Safe: 1.4.1 answered them, and executed under the owner’s signature of the last', () => {
  const safe = '0xA3136d2818B984fbebDbDbE83303984Fa8Be9315'
  const multiSend = '0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0'
  const calls = [1n, 2n].map((value) => ({ to: token, data: dataOf(call(value)) }) as const)
  assert.deepEqual(safeHashes({ chainId: 31_337, safe, nonce: 0n }, transactionOf(calls, multiSend)), {
    domain: '0xdd5f487c9a01d6094c0ece9e2356334202c1d8a106c49696432f0ff55bc71455',
    message: '0x7ff7b5ebf639649c20c41ff53ec21d680d8a4a28b97a2789d56cf3e36fea58ce',
    safeTx: '0x3cc4979ed8556bb358a47963b325a2c4d7daa8c0fe82360f18169f691018833b',
  })
})

test('a batch of one call is that call, without MultiSend', () => {
  const only = { to: token, data: dataOf(call(1n)) } as const
  assert.deepEqual(transactionOf([only], owner), { ...only, operation: 0 })
})

const batch = (value: bigint, name = 'alex') =>
  batchOf({
    ...{ chainId: 1, safe: owner, name, description: 'd', createdAt: 2n },
    calls: [call(value)],
  })

test('the checksum is over the file written out with sorted keys, its name empty', () => {
  const method =
    '{["inputs","name","payable"][{["internalType","name","type"]"address","spender","address",},{["internalType","name","type"]"uint256","value","uint256",}],"approve",false,}'
  const transaction = `{["contractInputsValues","contractMethod","data","to","value"]{["spender","value"]"${owner}","7",},${method},null,"0x00000000000000000000000000000000000000AA","0",}`
  const meta = `{["createdFromOwnerAddress","createdFromSafeAddress","description","name","txBuilderVersion"]"","${owner}","d",null,"1.18.0",}`
  const written = `{["chainId","createdAt","meta","transactions","version"]"1",2000,${meta},[${transaction}],"1.0",}`
  assert.equal(batch(7n).meta.checksum, keccak256(stringToBytes(written)))
  assert.equal(batch(7n, 'another name').meta.checksum, batch(7n).meta.checksum)
})

test('a file that was changed on the way has another checksum', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 256n - 1n), fc.bigInt(0n, 2n ** 256n - 1n), (value, other) => {
      const file = JSON.parse(JSON.stringify(batch(value)))
      assert.equal(batchChecksum(file), file.meta.checksum)
      file.transactions[0].contractInputsValues.value = String(other)
      assert.equal(batchChecksum(file) === file.meta.checksum, value === other)
    }),
  )
})
