import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'

/** Who watches which camera. */
export interface Viewing {
  readonly principal: string
  readonly community: string
  readonly camera: string
}

/**
 * Permits for the segments of a live view: given with a playlist, for which a reason was given and
 * logged; good for that person and camera until they expire. The key lives as long as the process.
 */
export class LivePermits {
  readonly #key = randomBytes(32)
  readonly #clock: Clock
  readonly #validMs: number

  constructor(clock: Clock, validMs: number) {
    this.#clock = clock
    this.#validMs = validMs
  }

  give(viewing: Viewing): string {
    const until = (this.#clock() + this.#validMs).toString(36)
    return `${until}.${this.#sign(viewing, until).toString('base64url')}`
  }

  holds(permit: string, viewing: Viewing): boolean {
    const [until = '', signature = ''] = permit.split('.', 2)
    const given = Buffer.from(signature, 'base64url')
    const expected = this.#sign(viewing, until)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
    return Number.parseInt(until, 36) >= this.#clock()
  }

  #sign({ principal, community, camera }: Viewing, until: string): Buffer {
    const text = JSON.stringify([principal, community, camera, until])
    return createHmac('sha256', this.#key).update(text).digest()
  }
}
