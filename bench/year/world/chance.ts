/** Chance that depends on a name and a seed only, so that no part of the world disturbs another. */
export class Chance {
  #state: number

  constructor(seed: number, name: string) {
    let hash = 0x811c9dc5 ^ seed
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
    this.#state = hash >>> 0
    for (let i = 0; i < 4; i++) this.unit()
  }

  /** mulberry32, in 0..1. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    const state = this.#state
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  is(share: number): boolean {
    return this.unit() < share
  }
  between(low: number, high: number): number {
    return low + (high - low) * this.unit()
  }
  below(count: number): number {
    return Math.floor(this.unit() * count)
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()))
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.unit())
  }
  /** Waiting time until the next of events that come at random, `mean` apart. */
  wait(mean: number): number {
    return -Math.log(1 - this.unit()) * mean
  }
  /** How many of such events fall into a span in which `mean` are expected. */
  count(mean: number): number {
    let left = Math.exp(-mean)
    let count = 0
    for (let u = this.unit(); u > left && count < 1_000; count++) {
      u -= left
      left *= mean / (count + 1)
    }
    return count
  }
  /** Moments in `[from, to)`, `perYear` of them in a year, in order. */
  moments(from: number, to: number, perYear: number): number[] {
    const count = this.count((perYear * (to - from)) / yearMs)
    return Array.from({ length: count }, () => Math.round(this.between(from, to))).sort(
      (a, b) => a - b,
    )
  }
}

const yearMs = 365 * 86_400_000
