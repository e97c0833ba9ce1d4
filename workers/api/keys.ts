// Where a publication lies in R2. Shared with the issuer's command, which writes what the Worker only reads.

/** The manifest's canonical bytes, named by their keccak256. */
export const manifestKey = (manifestHash: string): string => `manifests/${manifestHash}.json`

/** The ballots file of a poll, named by its own hash. */
export const ballotsKey = (hash: string): string => `polls/${hash}.json`

/** The records (sorted accounts and amounts, shard roots) of the same publication. */
export const recordsKey = (manifestHash: string): string => `records/${manifestHash}.bin`
