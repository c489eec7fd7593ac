import { type Priority, priorities } from './frame-queue.ts'

/** A newer frame of its camera came; the frames that wait had grown too many bytes; no thread had time; a thread died with it. */
export const dropCauses = ['replaced', 'queue-bytes', 'pool-full', 'crashed'] as const
export type DropCause = (typeof dropCauses)[number]

/** Frames that were given up, by priority and by cause. */
export class DropBook {
  readonly #counts = new Map<string, number>()

  count(priority: Priority, cause: DropCause): void {
    const key = `${priority} ${cause}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  byPriority(): Record<Priority, number> {
    const of = (priority: Priority) => this.#sum((key) => key.startsWith(`${priority} `))
    return Object.fromEntries(priorities.map((name) => [name, of(name)])) as Record<
      Priority,
      number
    >
  }

  byCause(): Record<DropCause, number> {
    const of = (cause: DropCause) => this.#sum((key) => key.endsWith(` ${cause}`))
    return Object.fromEntries(dropCauses.map((name) => [name, of(name)])) as Record<
      DropCause,
      number
    >
  }

  #sum(counts: (key: string) => boolean): number {
    let sum = 0
    for (const [key, count] of this.#counts) if (counts(key)) sum += count
    return sum
  }
}
