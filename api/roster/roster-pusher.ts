import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../../contracts/errors.ts'
import type { Roster, RosterChange } from '../../contracts/roster.ts'
import type { Logger } from '../logger.ts'

export interface RosterPusherDeps {
  readonly readRoster: () => Promise<Roster>
  readonly gateway: {
    readonly configured: boolean
    putRoster(roster: Roster): Promise<number>
    patchRoster(change: RosterChange): Promise<number>
  }
  readonly logger: Logger
  /** 0..1, for jitter. */
  readonly chance: () => number
}

export interface RosterPusherOptions {
  /** How long `push` waits for the box. */
  readonly waitMs?: number
  readonly backoffMs?: { readonly min: number; readonly max: number }
}

interface Waiter {
  readonly version: number
  readonly done: (inForce: boolean) => void
}

/** Failures in a row before somebody is told. */
const spokenOfAfter = 5

/** More waiting changes than this are cheaper to send as the whole roster. */
const pendingMax = 64

/**
 * Keeps the box's copy in step. Changes go up one after the other as PATCH; where the box has another
 * version than expected, or did not answer, the whole roster follows as PUT, again and again with
 * growing pauses until it is in step. Nothing here is durable: the version in the store is.
 */
export class RosterPusher {
  /** The version that the box last confirmed; null while unknown. */
  confirmed: number | null = null
  failures = 0
  readonly #deps: RosterPusherDeps
  readonly #waitMs: number
  readonly #backoffMs: { readonly min: number; readonly max: number }
  readonly #stop = new AbortController()
  readonly #waiters = new Set<Waiter>()
  #wakeUp = new AbortController()
  #pending: readonly RosterChange[] = []
  #whole = true
  #failedInARow = 0
  #loop: Promise<void> | null = null

  constructor(deps: RosterPusherDeps, options: RosterPusherOptions = {}) {
    this.#deps = deps
    this.#waitMs = options.waitMs ?? 2_000
    this.#backoffMs = options.backoffMs ?? { min: 250, max: 30_000 }
  }

  /** Begins to bring the box in step, in the background. */
  start(): void {
    this.#kick()
  }

  /** True once the box holds this change; false when it could not be reached in time: it follows later. */
  push(change: RosterChange): Promise<boolean> {
    if (!this.#deps.gateway.configured || this.#stop.signal.aborted) return Promise.resolve(false)
    if (this.#pending.length >= pendingMax) {
      this.#whole = true
      this.#pending = []
    }
    this.#pending = [...this.#pending, change].toSorted((a, b) => a.version - b.version)
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        resolve(false)
      }, this.#waitMs)
      const done = (inForce: boolean): void => {
        clearTimeout(timer)
        resolve(inForce)
      }
      const waiter: Waiter = { version: change.version, done }
      this.#waiters.add(waiter)
      this.#kick()
    })
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#settle(true)
    await this.#loop
  }

  #kick(): void {
    if (this.#stop.signal.aborted || !this.#deps.gateway.configured) return
    this.#wakeUp.abort()
    this.#loop ??= this.#run().finally(() => {
      this.#loop = null
      // A change may have come in between the last look and here.
      if (this.#whole || this.#pending.length > 0) this.#kick()
    })
  }

  async #run(): Promise<void> {
    while ((this.#whole || this.#pending.length > 0) && !this.#stop.signal.aborted) {
      try {
        await this.#sendOne()
        this.#failedInARow = 0
        this.#settle(false)
      } catch (error) {
        const outOfStep = error instanceof CodedError && error.code === 'gateway.roster-version'
        const wasWhole = this.#whole
        this.#whole = true
        if (outOfStep && !wasWhole) continue
        await this.#failed(error)
      }
    }
  }

  async #sendOne(): Promise<void> {
    const { gateway, readRoster } = this.#deps
    const [next] = this.#pending
    this.#whole ||= next?.base !== this.confirmed
    if (next === undefined || this.#whole) {
      this.confirmed = await gateway.putRoster(await readRoster())
      this.#whole = false
    } else {
      this.confirmed = await gateway.patchRoster(next)
    }
    const version = this.confirmed
    this.#pending = this.#pending.filter((change) => change.version > version)
  }

  async #failed(error: unknown): Promise<void> {
    this.failures += 1
    this.#failedInARow += 1
    // Once more at once: a connection kept from before a restart of the box fails when it is used.
    if (this.#failedInARow === 1) return
    // At the start of both, and over a restart of the box, a few seconds are nothing to speak of.
    if (this.#failedInARow === spokenOfAfter) {
      this.#deps.logger.warn({ err: error }, 'roster: box out of reach, will retry')
    }
    this.#settle(true)
    const { min, max } = this.#backoffMs
    const pauseMs = Math.min(max, min * 2 ** Math.min(this.#failedInARow, 16))
    this.#wakeUp = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, this.#wakeUp.signal])
    const jittered = pauseMs * (0.5 + this.#deps.chance() / 2)
    try {
      await sleep(jittered, undefined, { signal, ref: false })
    } catch {
      // An early end of the pause is a wish to try again, not an error.
    }
  }

  #settle(failed: boolean): void {
    for (const waiter of this.#waiters) {
      const arrived = this.confirmed !== null && this.confirmed >= waiter.version
      if (!arrived && !failed) continue
      this.#waiters.delete(waiter)
      waiter.done(arrived)
    }
  }
}
