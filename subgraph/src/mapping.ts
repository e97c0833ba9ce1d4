// All handlers in one module: one WASM for every data source, built once.
export { handleTokenTransfer } from './token'
export { handleBurn, handleLpTransfer, handleMint, handleSwap, handleSync } from './pair'
export { handlePurchased } from './offering'
export { handleLinked, handleRecipientNamed } from './registry'
export { handleLpStaked, handleLpWithdrawn, handleTokenStaked, handleTokenWithdrawn } from './vaults'
export {
  handleCancelled,
  handleClaimed,
  handleClaimedTo,
  handleOpened,
  handlePublished,
  handlePushed,
  handleSwept,
} from './distributor'
