import type { ClearEffect, RaiseEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { type Cause, keyOf } from './cause.ts'
import type { Person } from './person.ts'
import { isAway } from './span.ts'
import { lastText, sentences, timeText } from './texts.ts'
import { decidableAt, type View } from './view.ts'

/** Remembers which absence ends next, and notices when its end has come as announced. */
function follow(person: Person, view: View, now: number): void {
  const { expected, resident } = person
  if (expected !== null && now >= expected.to) {
    const asAnnounced = resident.away.some(
      ({ id, to, ended }) => id === expected.id && to === expected.to && ended !== true,
    )
    const seen = person.returned.has(expected.id)
    person.awaitedAt = asAnnounced && !seen ? expected.to : null
  }
  person.expected = null
  for (const { id, to, ended } of resident.away) {
    if (to === null || ended === true || now >= to || person.returned.has(id)) continue
    if (person.expected === null || to < person.expected.to) person.expected = { id, to }
  }
  const { awaitedAt } = person
  if (awaitedAt === null) return
  const seen = view.last !== null && view.last.ts >= awaitedAt
  if (seen || isAway(view.away, now)) person.awaitedAt = null
}

/**
 * An absence that is over as announced alarms nobody: the window begins anew. But when a few hours later
 * nobody has been seen, somebody is told that they should be back.
 */
export function shouldBeBack(
  desk: CareDesk,
  person: Person,
  view: View,
  now: number,
  cause: Cause,
): { readonly effects: (RaiseEffect | ClearEffect)[]; readonly dueAt: number | null } {
  follow(person, view, now)
  const { awaitedAt, shouldBeBackAt, expected } = person
  const ends = expected?.to ?? null
  if (awaitedAt === null) {
    if (shouldBeBackAt === null) return { effects: [], dueAt: ends }
    return { effects: endNotice(person, now, { ...cause, resolves: true }), dueAt: ends }
  }
  if (shouldBeBackAt !== null) return { effects: [], dueAt: null }
  const dueAt = Math.max(awaitedAt + desk.settings.backGraceMs, decidableAt(desk, person))
  if (now < dueAt) return { effects: [], dueAt }
  if (view.deadline !== null && now >= view.deadline) return { effects: [], dueAt: null }
  person.shouldBeBackAt = now
  return { effects: [notice(desk, person, view, awaitedAt)], dueAt: null }
}

/** Ends the notice: they are back, away for longer, or it has become an alarm. */
export function endNotice(person: Person, at: number, cause: Cause): ClearEffect[] {
  if (person.shouldBeBackAt === null) return []
  person.shouldBeBackAt = null
  return [{ kind: 'clear', key: keyOf('resident.should-be-back', person), at, ...cause }]
}

function notice(desk: CareDesk, person: Person, view: View, awaitedAt: number): RaiseEffect {
  const { resident } = person
  const household = resident.household === null ? null : desk.roster.household(resident.household)
  const { utcOffsetMinutes, backGraceMs } = desk.settings
  const time = timeText(awaitedAt, utcOffsetMinutes)
  return {
    kind: 'raise',
    type: 'resident.should-be-back',
    key: keyOf('resident.should-be-back', person),
    severity: 'minor',
    community: resident.community,
    device: null,
    place: household?.place ?? null,
    subject: { kind: 'resident', id: resident.id, name: resident.honorific || resident.name },
    title: {
      zh: `${resident.honorific}该回来了，还没见到`,
      en: `${resident.honorific} should be back and has not been seen yet`,
    },
    description: sentences(
      { zh: `外出登记到 ${time}`, en: `The absence was announced until ${time}` },
      lastText(view.last, utcOffsetMinutes),
      { zh: '请打电话问一声，晚回就把登记延长', en: 'Please call; if they stay longer, extend it' },
    ),
    at: Math.round(awaitedAt + backGraceMs),
    rule: { id: 'care', version: desk.versionTag },
    evidence: [],
  }
}
