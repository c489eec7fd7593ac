/** Keys seen a short while ago; bounded, the oldest is forgotten. */
export class RecentKeys {
  readonly #max: number
  readonly #seen = new Map<string, number>()
  /** Keys that came again too soon. */
  repeats = 0

  constructor(max: number) {
    this.#max = max
  }

  /** False where the key was here less than `forMs` ago; it is noted else. Monotonic ms. */
  isNew(key: string, at: number, forMs: number): boolean {
    const last = this.#seen.get(key)
    if (last !== undefined && at - last < forMs) {
      this.repeats += 1
      return false
    }
    this.#seen.delete(key)
    this.#seen.set(key, at)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > this.#max && oldest !== undefined) this.#seen.delete(oldest)
    return true
  }

  /** As if it had never come. */
  forget(key: string): void {
    this.#seen.delete(key)
  }
}
