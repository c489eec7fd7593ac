import type { Quarantined } from '../../contracts/health.ts'

const keptMax = 100
const everyMs = 200

/** Hands refused messages to the pipeline thread a few times a second: some whole, all counted. */
export class QuarantineFeed {
  readonly #send: (kept: Quarantined[], counted: Record<string, number>) => Promise<void>
  #kept: Quarantined[] = []
  /** Of those that were not kept. */
  #counted = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(send: (kept: Quarantined[], counted: Record<string, number>) => Promise<void>) {
    this.#send = send
  }

  add(message: Quarantined): void {
    if (this.#kept.length < keptMax) this.#kept.push(message)
    else this.#counted.set(message.code, (this.#counted.get(message.code) ?? 0) + 1)
    this.#timer ??= setTimeout(() => void this.#flush(), everyMs)
  }

  async close(): Promise<void> {
    if (this.#timer !== null) await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const kept = this.#kept
    const counted = this.#counted
    this.#kept = []
    this.#counted = new Map()
    try {
      await this.#send(kept, Object.fromEntries(counted))
    } catch {
      // The thread is being restarted: they come again with the next turn, as counts.
      for (const { code } of kept) counted.set(code, (counted.get(code) ?? 0) + 1)
      for (const [code, by] of counted) this.#counted.set(code, (this.#counted.get(code) ?? 0) + by)
    }
  }
}
