// The forms in which graph-node writes its scalars.
import { z } from '@hono/zod-openapi'

export const bytes = z.string().regex(/^0x([0-9a-f]{2})*$/)
export const integer = z.string().regex(/^-?[0-9]+$/)
/** Int8 comes as a string. */
export const int8 = z.union([z.string().regex(/^[0-9]+$/), z.int().nonnegative()]).transform(Number)
