import { type Hex, toHex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { localAccount } from '../chain.ts'
import { PEOPLE } from './alex.ts'

/** Somebody in the story: a wallet with a name. */
export interface Person {
  readonly name: string
  readonly address: `0x${string}`
  readonly account: HDAccount
  /** Known to everybody, as the local chain's phrase is. */
  readonly privateKey: Hex
}

let all: ReadonlyMap<string, Person> | undefined

/** Everybody in the story, by name. Derived once: a key derivation takes milliseconds. */
export function people(): ReadonlyMap<string, Person> {
  all ??= new Map(
    PEOPLE.map((name, index) => {
      const account = localAccount(index)
      const key = account.getHdKey().privateKey
      if (!key) throw new Error(`the local account of ${name} has no key`)
      return [name, { name, address: account.address, account, privateKey: toHex(key) }]
    }),
  )
  return all
}

export function person(name: string): Person {
  const found = people().get(name)
  if (!found) throw new Error(`nobody in the story is called ${name}; PEOPLE in alex.ts lists everybody`)
  return found
}
