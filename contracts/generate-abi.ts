// Writes contracts/abi.ts from the compiled artifacts: `hardhat build`, then `node contracts/generate-abi.ts`.
// With --check it writes nothing and fails if the file is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'

const CONTRACTS = {
  personalTokenAbi: 'PersonalToken.sol/PersonalToken',
  offeringAbi: 'Offering.sol/Offering',
  holderRegistryAbi: 'HolderRegistry.sol/HolderRegistry',
  stakingVaultAbi: 'StakingVault.sol/StakingVault',
  merkleDistributorAbi: 'MerkleDistributor.sol/MerkleDistributor',
  lpPurchaseAbi: 'LpPurchase.sol/LpPurchase',
  noticeboardAbi: 'Noticeboard.sol/Noticeboard',
  localCurrencyAbi: 'local/LocalCurrency.sol/LocalCurrency',
}

const artifacts = new URL('../artifacts/contracts/src/', import.meta.url)
const target = new URL('abi.ts', import.meta.url)

/** The artifact's ABI; throws with what to do where it has not been compiled. */
const abiOf = (contract: string): unknown => {
  let text: string
  try {
    text = readFileSync(new URL(`${contract}.json`, artifacts), 'utf8')
  } catch {
    throw new Error(`${contract} is not compiled: run \`hardhat build\` first`)
  }
  return (JSON.parse(text) as { abi: unknown }).abi
}

/** The whole text of contracts/abi.ts. */
export const abiModule = (): string =>
  [
    '// Generated from the artifacts by `node contracts/generate-abi.ts`: do not edit.',
    ...Object.entries(CONTRACTS).map(
      ([name, contract]) => `export const ${name} = ${JSON.stringify(abiOf(contract), null, 1)} as const`,
    ),
    '',
  ].join('\n')

if (process.argv[1] === import.meta.filename) {
  const text = abiModule()
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) {
      console.error('contracts/abi.ts is stale: run `node contracts/generate-abi.ts`')
      process.exitCode = 1
    }
  } else {
    writeFileSync(target, text)
  }
}
