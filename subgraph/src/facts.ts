import { Bytes, dataSource } from '@graphprotocol/graph-ts'

// What events do not say: which addresses are excluded, which sell, and how the terms treat liquidity. The manifest gives it in
// the context of every data source, so that one WASM serves all deployments; as one value, because every trigger reads it.
//
//   0       1 if the program's token is the pair's token0, plus 2 if liquidity has a deposit basis
//   1       number of sale addresses
//   2…21    the LP vault
//   22…41   the issuer
//   42…     the sale addresses, then the excluded ones

const ADDRESS = 20
const LP_VAULT = 2
const ISSUER = 22
const SALES = 42

export class Facts {
  private readonly bytes: Bytes

  constructor() {
    this.bytes = dataSource.context().getBytes('facts')
  }

  get tokenIsFirst(): bool {
    return (this.bytes[0] & 1) != 0
  }

  get depositBasis(): bool {
    return (this.bytes[0] & 2) != 0
  }

  isLpVault(address: Bytes): bool {
    return this.has(address, LP_VAULT)
  }

  isIssuer(address: Bytes): bool {
    return this.has(address, ISSUER)
  }

  isSale(address: Bytes): bool {
    return this.lists(address, SALES, this.excludedFrom)
  }

  isExcluded(address: Bytes): bool {
    return this.lists(address, this.excludedFrom, this.bytes.length)
  }

  private get excludedFrom(): i32 {
    return SALES + i32(this.bytes[1]) * ADDRESS
  }

  private lists(address: Bytes, from: i32, to: i32): bool {
    for (let at = from; at < to; at += ADDRESS) {
      if (this.has(address, at)) return true
    }
    return false
  }

  private has(address: Bytes, at: i32): bool {
    return memory.compare(this.bytes.dataStart + at, address.dataStart, ADDRESS) == 0
  }
}
