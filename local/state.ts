import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's root. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Everything the local system keeps: one ignored folder, which `./dev reset` removes. */
export const STATE = join(ROOT, '.prorata')
