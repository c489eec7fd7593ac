import { minuteMs } from '../../contracts/clock.ts'

export interface PinLimitOptions {
  /** Wrong codes within `withinMs` after which PINs rest for `restMs`. */
  readonly wrongMax: number
  readonly withinMs: number
  readonly restMs: number
}

const defaults: PinLimitOptions = { wrongMax: 10, withinMs: 5 * minuteMs, restMs: minuteMs }

/** PINs cannot be tried out: too many wrong codes at a door, and it takes none for a while. Cards go on. */
export class PinLimit {
  readonly #options: PinLimitOptions
  readonly #doors = new Map<string, { wrong: number[]; restsUntil: number }>()
  /** Times that a door stopped taking PINs, and PINs refused meanwhile. */
  readonly stats = { rests: 0, refused: 0 }

  constructor(options: Partial<PinLimitOptions> = {}) {
    this.#options = { ...defaults, ...options }
  }

  /** True while the door takes no PIN; the attempt is counted. Times in monotonic ms. */
  rests(door: string, at: number): boolean {
    if (at >= (this.#doors.get(door)?.restsUntil ?? Number.NEGATIVE_INFINITY)) return false
    this.stats.refused += 1
    return true
  }

  /** A wrong code; true where the door takes no PIN from now on. */
  wrong(door: string, at: number): boolean {
    const { wrongMax, withinMs, restMs } = this.#options
    const known = this.#doors.get(door) ?? { wrong: [], restsUntil: Number.NEGATIVE_INFINITY }
    const wrong = [...known.wrong.filter((then) => at - then < withinMs), at].slice(-wrongMax)
    const full = wrong.length >= wrongMax && at >= known.restsUntil
    if (full) this.stats.rests += 1
    this.#doors.set(door, { wrong, restsUntil: full ? at + restMs : known.restsUntil })
    return full
  }
}
