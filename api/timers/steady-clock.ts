import type { Clock } from '../../contracts/clock.ts'
import type { Db } from '../db/open.ts'
import type { MachineClock } from './machine-clock.ts'
import { type SteadyMark, readSteady } from './steady-time.ts'

export interface SteadyClock {
  /** Steady time, ms. Only differences mean anything. */
  now(): number
  /** When something that is due in steady time will be on the wall. */
  wallOf(steadyMs: number): number
  /** Whether the wall clock lies before the last one that was believed. */
  readonly doubt: boolean
  /** How far the wall clock was set while the box ran, the last time and when. */
  readonly lastJump: { readonly byMs: number; readonly atSteadyMs: number } | null
  /** Writes the account down, for the next start. */
  save(): Promise<void>
}

/** A smaller step is drift, or the clock being slewed. */
const jumpMs = 60_000

/** Steady time with its account kept in the database. */
export async function openSteadyClock(deps: {
  readonly db: Db
  readonly clock: Clock
  readonly machine: MachineClock
}): Promise<SteadyClock> {
  const { db, clock, machine } = deps
  const row = await db.selectFrom('steady_clock').selectAll().where('id', '=', 1).executeTakeFirst()
  let mark: SteadyMark | null =
    row === undefined
      ? null
      : {
          boot: row.boot,
          monoMs: row.mono_ms,
          steadyMs: row.steady_ms,
          wallMs: row.wall_ms,
          wallSteadyMs: row.wall_steady_ms,
          doubt: row.doubt === 1,
        }
  let lastJump: SteadyClock['lastJump'] = null

  const read = (): SteadyMark => {
    const wallMs = clock()
    const before = mark
    mark = readSteady(mark, { boot: machine.boot, monoMs: machine.nowMs(), wallMs })
    if (before !== null) {
      const byMs = wallMs - before.wallMs - (mark.steadyMs - before.wallSteadyMs)
      if (Math.abs(byMs) > jumpMs) lastJump = { byMs, atSteadyMs: mark.steadyMs }
    }
    return mark
  }
  read()
  return {
    now: () => read().steadyMs,
    wallOf: (steadyMs) => clock() + steadyMs - read().steadyMs,
    get doubt() {
      return read().doubt
    },
    get lastJump() {
      return lastJump
    },
    async save() {
      const { boot, monoMs, steadyMs, wallMs, wallSteadyMs, doubt } = read()
      const values = {
        boot,
        mono_ms: monoMs,
        steady_ms: steadyMs,
        wall_ms: wallMs,
        wall_steady_ms: wallSteadyMs,
        doubt: doubt ? 1 : 0,
      }
      await db
        .insertInto('steady_clock')
        .values({ id: 1, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute()
    },
  }
}
