import config from '../../../hardhat.config.ts'

/** The project's settings, for a test chain whose blocks are not worth waiting for. */
export default { ...config, ignition: { requiredConfirmations: 1, blockPollingInterval: 50 } }
