import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../../contracts/errors.ts'
import type { Roster, RosterChange } from '../../contracts/roster.ts'
import type { Logger } from '../logger.ts'

export interface RosterPusher {
  /** Begins to bring the box in step, in the background. */
  start(): void
  /** True once the box holds this change; false when it could not be reached in time: it follows later. */
  push(change: RosterChange): Promise<boolean>
  /** The version that the box last confirmed; null while unknown. */
  readonly confirmed: number | null
  readonly failures: number
  close(): Promise<void>
}

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
  readonly waitMs?: number
  readonly backoffMs?: { readonly min: number; readonly max: number }
}

/** More waiting changes than this are cheaper to send as the whole roster. */
const pendingMax = 64

/**
 * Keeps the box's copy in step. Changes go up one after the other as PATCH; where the box has another
 * version than expected, or did not answer, the whole roster follows as PUT, again and again with
 * growing pauses until it is in step.
 */
export function createRosterPusher(
  deps: RosterPusherDeps,
  options: RosterPusherOptions = {},
): RosterPusher {
  const { waitMs = 2_000, backoffMs = { min: 250, max: 30_000 } } = options
  const stop = new AbortController()
  let wakeUp = new AbortController()
  let confirmed: number | null = null
  let pending: RosterChange[] = []
  let whole = true
  let failures = 0
  let inARow = 0
  let loop: Promise<void> | null = null
  const waiters = new Set<{ version: number; done: (inForce: boolean) => void }>()

  function settle(failed: boolean): void {
    for (const waiter of waiters) {
      const arrived = confirmed !== null && confirmed >= waiter.version
      if (!arrived && !failed) continue
      waiters.delete(waiter)
      waiter.done(arrived)
    }
  }

  async function sendOne(): Promise<void> {
    const next = pending[0]
    if (whole || next === undefined || next.base !== confirmed) {
      whole = true
      confirmed = await deps.gateway.putRoster(await deps.readRoster())
      whole = false
    } else {
      confirmed = await deps.gateway.patchRoster(next)
    }
    const version = confirmed
    pending = pending.filter((change) => change.version > version)
  }

  async function run(): Promise<void> {
    while ((whole || pending.length > 0) && !stop.signal.aborted) {
      try {
        await sendOne()
        inARow = 0
        settle(false)
      } catch (error) {
        const outOfStep = error instanceof CodedError && error.code === 'gateway.roster-version'
        if (outOfStep && !whole) {
          whole = true
          continue
        }
        whole = true
        failures += 1
        inARow += 1
        if (inARow === 1) deps.logger.warn({ err: error }, 'roster: box out of reach, will retry')
        settle(true)
        await pause()
      }
    }
  }

  async function pause(): Promise<void> {
    const base = Math.min(backoffMs.max, backoffMs.min * 2 ** Math.min(inARow, 16))
    wakeUp = new AbortController()
    const signal = AbortSignal.any([stop.signal, wakeUp.signal])
    // An early end of the pause is a wish to try again, not an error.
    await sleep(base * (0.5 + deps.chance() / 2), undefined, { signal, ref: false }).catch(() => {})
  }

  function kick(): void {
    if (stop.signal.aborted || !deps.gateway.configured) return
    wakeUp.abort()
    loop ??= run().finally(() => {
      loop = null
      // A change may have come in between the last look and here.
      if (whole || pending.length > 0) kick()
    })
  }

  return {
    start: kick,
    push(change) {
      if (!deps.gateway.configured || stop.signal.aborted) return Promise.resolve(false)
      if (pending.length >= pendingMax) {
        whole = true
        pending = []
      }
      pending = [...pending, change].toSorted((a, b) => a.version - b.version)
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter)
          resolve(false)
        }, waitMs)
        const waiter = {
          version: change.version,
          done: (inForce: boolean) => {
            clearTimeout(timer)
            resolve(inForce)
          },
        }
        waiters.add(waiter)
        kick()
      })
    },
    get confirmed() {
      return confirmed
    },
    get failures() {
      return failures
    },
    async close() {
      stop.abort()
      settle(true)
      await loop
    },
  }
}
