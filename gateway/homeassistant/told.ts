import type { Retained } from './device-config.ts'

/**
 * What stands on the broker by our hand, and what is to be said next so that it is what we want. Pure: who
 * says it tells us how that went. Topics outlive the process, for what is retained outlives it too.
 */
export class Told {
  /** Payload by topic; null while nobody knows what stands there. */
  readonly #told: Map<string, string | null>

  constructor(topics: Iterable<string>) {
    this.#told = new Map([...topics].map((topic) => [topic, null]))
  }

  /** Topics that may hold something of ours, in order. */
  topics(): string[] {
    return [...this.#told.keys()].toSorted()
  }

  /** A broker or a Home Assistant that has just come up: everything is to be said again. */
  forget(): void {
    for (const topic of this.#told.keys()) this.#told.set(topic, null)
  }

  /** Before it is said: if we stop in between, the topic is still known and can be emptied. */
  expect(messages: readonly Retained[]): boolean {
    const news = messages.filter(({ topic, payload }) => payload !== '' && !this.#told.has(topic))
    for (const { topic } of news) this.#told.set(topic, null)
    return news.length > 0
  }

  /** True where a topic holds nothing of ours any more. */
  said({ topic, payload }: Retained): boolean {
    if (payload === '') return this.#told.delete(topic)
    this.#told.set(topic, payload)
    return false
  }

  /** At most `most` messages: removals, then changes, then what is new or to be repeated, in the order given. */
  next(wanted: readonly Retained[], most: number): Retained[] {
    const keep = new Set(wanted.map(({ topic }) => topic))
    const gone = this.topics().filter((topic) => !keep.has(topic))
    const due = wanted.filter(({ topic, payload }) => this.#told.get(topic) !== payload)
    const isChange = ({ topic }: Retained): boolean => (this.#told.get(topic) ?? null) !== null
    return [
      ...gone.map((topic) => ({ topic, payload: '' })),
      ...due.filter(isChange),
      ...due.filter((message) => !isChange(message)),
    ].slice(0, most)
  }
}
