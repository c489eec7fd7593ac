/** Numbers for the readings that rules mention, and the windows that are kept of each. */
export class ReadingBook {
  readonly #numbers = new Map<string, number>()
  readonly #windows: number[][] = []

  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(name, number)
    this.#windows.push([])
    return number
  }

  /** Null for a reading that no expression mentions. */
  find(name: string): number | null {
    return this.#numbers.get(name) ?? null
  }

  nameOf(number: number): string {
    return [...this.#numbers.keys()][number] ?? ''
  }

  /** Place of the window of so many ms among those of the reading. */
  windowOf(reading: number, ms: number): number {
    const windows = this.#windows[reading] ?? []
    const place = windows.indexOf(ms)
    return place >= 0 ? place : windows.push(ms) - 1
  }

  windows(reading: number): readonly number[] {
    return this.#windows[reading] ?? []
  }
}
