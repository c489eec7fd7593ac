import { CodedError } from '../../contracts/errors.ts'
import { Roster, type RosterChange } from '../../contracts/roster.ts'
import { Compile } from 'typebox/compile'
import type { PrivateRoster } from '../http/roster-routes.ts'
import { backoffMs } from '../model/backoff.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterBook } from '../model/roster-book.ts'
import { realSleep, type Sleep } from '../model/sleep.ts'

export interface RosterSyncDeps {
  readonly book: RosterBook
  /** Commits the roster or change; rejects with `gateway.roster-version` when it is out of step. */
  readonly commit: (change: Roster | RosterChange) => Promise<void>
  /** The whole roster from the api. */
  readonly fetchWhole: () => Promise<unknown>
  /** The parts that follow the roster: connections to drop, players to start. */
  readonly changed: () => Promise<void>
  readonly sleep?: Sleep
  readonly random: () => number
  readonly logger: Logger
}

export interface RosterSync extends PrivateRoster {
  /** Asks the api for the whole until it answers once; pushed changes need no such question. */
  pull(signal: AbortSignal): Promise<void>
}

const isRoster = Compile(Roster)
const backoff = { baseMs: 250, capMs: 10_000 }

/** Keeps the two copies of the roster (disk, memory) in step with the api, one change at a time. */
export function createRosterSync(deps: RosterSyncDeps): RosterSync {
  let queue: Promise<unknown> = Promise.resolve()
  let pushed = false
  const sleep = deps.sleep ?? realSleep
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work)
    queue = turn.catch(() => undefined)
    return turn
  }
  const replace = (roster: Roster): Promise<void> =>
    inTurn(async () => {
      await deps.commit(roster)
      deps.book.replace(roster)
      await deps.changed()
    })
  return {
    version: () => deps.book.version,
    async replace(roster) {
      pushed = true
      await replace(roster)
    },
    patch(change) {
      pushed = true
      return inTurn(async () => {
        if (change.base !== deps.book.version) return false
        try {
          await deps.commit(change)
        } catch (error) {
          if (error instanceof CodedError && error.code === 'gateway.roster-version') return false
          throw error
        }
        deps.book.patch(change)
        await deps.changed()
        return true
      })
    },
    async pull(signal) {
      for (let failures = 1; !signal.aborted; failures += 1) {
        pushed = false
        const whole = await deps.fetchWhole().catch(() => null)
        // What was pushed meanwhile is newer than what was asked for before it.
        if (pushed) return
        if (whole !== null && isRoster.Check(whole)) {
          if (whole.version !== deps.book.version) await replace(whole)
          return
        }
        if (whole !== null) deps.logger.error({}, 'the api answered something that is no roster')
        await sleep(backoffMs(failures, deps.random, backoff), signal)
      }
    },
  }
}
