import type { Sleep } from '../model/sleep.ts'

export type NapKind = 'idle' | 'backoff' | 'retry-after'

/** A pause that others can end early, if it is of the kind that they may end. */
export class Nap {
  readonly #sleep: Sleep
  #kind: NapKind | null = null
  #controller: AbortController | null = null
  #woken = false
  #closed = false

  constructor(sleep: Sleep) {
    this.#sleep = sleep
  }

  /** From now on a wake counts, even if it comes before the next idle pause. */
  arm(): void {
    this.#woken = false
  }

  async sleep(kind: NapKind, ms: number): Promise<void> {
    if (this.#closed || (kind === 'idle' && this.#woken)) return
    this.#kind = kind
    this.#controller = new AbortController()
    await this.#sleep(ms, this.#controller.signal)
    this.#kind = null
    this.#controller = null
  }

  end(kind: NapKind): void {
    if (kind === 'idle') this.#woken = true
    if (this.#kind === kind) this.#controller?.abort()
  }

  /** Ends every pause, now and later. */
  close(): void {
    this.#closed = true
    this.#controller?.abort()
  }
}
