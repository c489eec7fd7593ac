import type { AnyEffect, ClearEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { type CareType, type Cause, keyOf, timeMoved } from './cause.ts'
import { askPlans } from './indoors.ts'
import type { Person } from './person.ts'
import { raise } from './raise.ts'
import { endNotice, shouldBeBack } from './should-be-back.ts'
import { decidableAt, viewOf, watchedMs } from './view.ts'

const becameAlarm: Cause = {
  reason: { zh: '已转为没见到的报警', en: 'It has become an alarm' },
  resolves: true,
  evidence: [],
}

/**
 * Brings a person's alarms in line with what is known at `now`, and sets when to look again.
 * Past the deadline: `resident.unseen` when somebody looked for `coverageShare` of the window, else
 * `resident.cannot-tell`, which becomes `unseen` as well once enough coverage has come in. Before the
 * deadline nothing stands. Undecided while history is being delivered.
 */
export function review(
  desk: CareDesk,
  person: Person,
  now: number,
  cause = timeMoved,
): AnyEffect[] {
  const plansAt = askPlans(desk, person, now)
  const view = viewOf(desk, person, now)
  const { deadline } = view
  const back = shouldBeBack(desk, person, view, now, cause)
  if (deadline === null || now < deadline) {
    const effects = [...back.effects, ...end(person, now, cause)]
    const decided = deadline === null ? null : Math.max(deadline, decidableAt(desk, person))
    // What has just ended stood in the way of asking for plans.
    const askAt = effects.length > 0 && person.planned.length > 0 ? now : plansAt
    wait(desk, person, earlier(earlier(decided, askAt), back.dueAt), effects.length > 0)
    return effects
  }
  if (person.unseenAt !== null) {
    wait(desk, person, back.dueAt, back.effects.length > 0)
    return back.effects
  }
  const decidable = decidableAt(desk, person)
  if (now < decidable) {
    wait(desk, person, earlier(decidable, back.dueAt), back.effects.length > 0)
    return back.effects
  }
  const seenMs = watchedMs(desk, person, view, now)
  const enough = seenMs >= desk.settings.coverageShare * view.windowMs
  if (!enough && person.cannotTellAt !== null) {
    wait(desk, person, back.dueAt, back.effects.length > 0)
    return back.effects
  }
  if (enough) person.unseenAt = now
  else person.cannotTellAt = now
  const type = enough ? 'resident.unseen' : 'resident.cannot-tell'
  const effects = [
    ...back.effects,
    ...endNotice(person, now, becameAlarm),
    raise(desk, person, view, type, seenMs, now),
  ]
  wait(desk, person, back.dueAt, true)
  return effects
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)

function wait(desk: CareDesk, person: Person, dueAt: number | null, changed: boolean): void {
  if (!changed && person.dueAt === dueAt) return
  person.dueAt = dueAt
  desk.touchPerson(person)
}

/** Ends the alarms that stand. */
export function end(person: Person, at: number, cause: Cause): ClearEffect[] {
  const effects: ClearEffect[] = []
  const clear = (type: CareType): void => {
    effects.push({ kind: 'clear', key: keyOf(type, person), at, ...cause })
  }
  if (person.unseenAt !== null) clear('resident.unseen')
  if (person.cannotTellAt !== null) clear('resident.cannot-tell')
  person.unseenAt = null
  person.cannotTellAt = null
  person.doubted = []
  person.doubts = []
  return effects
}
