/** Named counters; the names are codes, so their number is bounded by the table of errors. */
export class Counters {
  readonly #counts = new Map<string, number>()

  add(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }
  get(name: string): number {
    return this.#counts.get(name) ?? 0
  }
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
