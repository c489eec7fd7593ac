import { randomBytes } from 'node:crypto'

/** Injected where a test wants to know what comes out. */
export type Random = (bytes: number) => Uint8Array
export const randomOf: Random = (bytes) => randomBytes(bytes)
