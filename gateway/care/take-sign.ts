import type { Evidence } from '../../contracts/anomaly.ts'
import type { LastEvidence } from '../../contracts/care.ts'
import type { RosterResident } from '../../contracts/roster.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { type Cause, keyOf } from './cause.ts'
import { review } from './decide.ts'
import type { Home } from './home.ts'
import { isInside, notYetLeft } from './indoors.ts'
import { alarmedAt, type Person, sinceOf } from './person.ts'
import type { MeterWorth } from './meters.ts'
import { comesBack, returnFrom } from './returned.ts'
import type { SensorKind, SignKind } from './signs.ts'
import { keepSign } from './source.ts'
import { absences, isAway } from './span.ts'
import { kindWord } from './texts.ts'
import { endLowWater } from './water-low.ts'

export interface Sign extends LastEvidence {
  readonly what: SignKind
  /** It happened between `ts` and this. */
  readonly until: number
  readonly proof: Evidence
}

/** What a sign is worth for one person. */
interface Worth {
  readonly weight: number
  /** Two signs of one cause are one. */
  readonly cause: string
  /** It shows this person, and not only that the home is alive. */
  readonly conclusive: boolean
}

const doubtsMax = 16

/** A sign of one person: their card, a call, or somebody saw them. */
export function personSign(
  desk: CareDesk,
  person: Person,
  sign: Sign,
  now: number,
): readonly AnyEffect[] {
  const { weight } = desk.settings.evidence[sign.what]
  const worth: Worth = { weight, cause: sign.what, conclusive: true }
  const count = (): AnyEffect[] => {
    keepSign(person, sign.ts)
    if (person.own === null || sign.ts > person.own.ts) person.own = plain(desk, sign)
    return comesBack(sign.what) ? returnFrom(desk, person, sign, null) : []
  }
  return weigh(desk, person, sign, worth, now, count)
}

/** A sign that a sensor of the home gave: it stands for everybody who lives there and is not away. */
export function homeSign(
  desk: CareDesk,
  home: Home,
  sign: Sign & { readonly what: SensorKind },
  now: number,
  meter: MeterWorth,
): readonly AnyEffect[] {
  if (meter !== 'nothing' && (home.last === null || sign.ts > home.last.ts)) {
    home.last = plain(desk, sign)
    desk.touchHome(home)
  }
  const { settings } = desk
  const residents = desk.roster.residentsOf(home.id)
  const present = residents.filter((resident) => !awayAt(desk, resident, sign.ts))
  const behind = cameBehindDoor(desk, home, sign)
  const shared = present.length > 1
  const worth: Worth = {
    weight:
      settings.evidence[sign.what].weight *
      (behind ? settings.behindDoorFactor : 1) *
      (shared ? settings.sharedFactor : 1),
    // Whoever opened the door may be all that is felt behind it.
    cause: behind || sign.what === 'door' ? 'entry' : sign.source,
    conclusive: !shared,
  }
  return desk.watchedIn(home.id).flatMap((person): readonly AnyEffect[] => {
    if (meter === 'nothing' || (meter === 'once' && !mayPutOff(desk, person, sign)))
      return shown(desk, person, sign)
    const late = isInside(sign.what) && notYetLeft(desk, home, person, sign.ts)
    if (!late && awayAt(desk, person.resident, sign.ts)) {
      if (present.length > 0) return []
      const alone = residents.length === 1
      const returned = returnFrom(desk, person, sign, { alone, behind })
      if (returned.length === 0) return []
      return [
        ...returned,
        ...weigh(desk, person, sign, worth, now, () => takeHome(desk, person, sign)),
      ]
    }
    return weigh(desk, person, sign, worth, now, () => takeHome(desk, person, sign))
  })
}

/** By power alone the deadline is put off once: so long after the last sign of another kind it tells no more. */
function mayPutOff(desk: CareDesk, person: Person, sign: Sign): boolean {
  const since = sinceOf(person)
  if (since === null || person.resident.watch === null) return false
  const { windowMs } = person.resident.watch
  const away = absences(person.resident, person.returned).map(([, to]) => to)
  const last = Math.max(
    since,
    person.movedAt,
    person.own?.ts ?? 0,
    ...away.filter((to) => to <= sign.ts),
  )
  return sign.ts <= last + windowMs
}

/** A machine may have made it: while an alarm stands it is shown, and neither ends it nor helps to. */
function shown(desk: CareDesk, person: Person, sign: Sign): readonly AnyEffect[] {
  const since = alarmedAt(person)
  if (since === null || sign.ts < since) return []
  const before = person.doubts
  doubt(desk, person, sign, { weight: 0, cause: 'meter', conclusive: false })
  if (person.doubts === before) return []
  desk.touchPerson(person)
  return doubted(person, sign)
}

function takeHome(desk: CareDesk, person: Person, sign: Sign): AnyEffect[] {
  if (sign.ts < person.movedAt) return []
  if (person.home === null || sign.ts > person.home.ts) person.home = plain(desk, sign)
  return []
}

/** Unwatched people of the household are away by what was announced alone. */
function awayAt(desk: CareDesk, resident: RosterResident, at: number): boolean {
  if (resident.away.length === 0) return false
  const returned = desk.persons.get(resident.id)?.returned ?? new Map<string, number>()
  return isAway(absences(resident, returned), at)
}

/** The door moved shortly before: whoever came in to look may be what the sensor feels. */
const cameBehindDoor = (desk: CareDesk, home: Home, sign: Sign): boolean =>
  sign.what !== 'door' &&
  home.doorAt !== null &&
  sign.ts >= home.doorAt &&
  sign.ts - home.doorAt < desk.settings.visitorMs

const plain = (desk: CareDesk, { ts, source, what, where }: Sign): LastEvidence => {
  const { shows, confidence } = desk.settings.evidence[what]
  return { ts, source, what, where, shows, confidence }
}

/**
 * Counts a sign, unless an alarm stands and it is too weak to end it: then it is kept and shown, and counts
 * once another of a different cause has come.
 */
function weigh(
  desk: CareDesk,
  person: Person,
  sign: Sign,
  worth: Worth,
  now: number,
  count: () => AnyEffect[],
): readonly AnyEffect[] {
  const { countWeight, endWeight } = desk.settings
  if (worth.weight < countWeight) return []
  const since = alarmedAt(person)
  const proofs = [sign.proof]
  if (since !== null && sign.ts >= since && worth.weight < endWeight) {
    const before = person.doubts
    const sum = doubt(desk, person, sign, worth)
    desk.touchPerson(person)
    if (sum < endWeight) return person.doubts === before ? [] : doubted(person, sign)
    proofs.splice(0, 1, ...person.doubts.map(({ proof }) => proof))
  }
  const counted = count()
  const cause = causeOf(person, sign, worth.conclusive, proofs)
  desk.touchPerson(person)
  return [
    ...counted,
    ...endLowWater(desk, person, sign, now, cause),
    ...review(desk, person, now, cause),
  ]
}

/** Puts a weak sign to the others and gives the sum of those that are independent. */
function doubt(desk: CareDesk, person: Person, sign: Sign, worth: Worth): number {
  const { independentMs } = desk.settings
  const { cause, weight } = worth
  const same = person.doubts.find(
    (known) => known.cause === cause && Math.abs(sign.ts - known.at) < independentMs,
  )
  const added = { at: sign.ts, cause, weight, proof: sign.proof }
  if (same === undefined) person.doubts = [...person.doubts, added].slice(-doubtsMax)
  else if (weight > same.weight)
    person.doubts = person.doubts.map((known) => (known === same ? added : known))
  return person.doubts.reduce((sum, known) => sum + known.weight, 0) + 1e-9
}

/** People who are on their way shall know that something moved. */
function doubted(person: Person, sign: Sign): AnyEffect[] {
  const { honorific } = person.resident
  const word = kindWord(sign.what)
  const note: Evidence = {
    kind: 'note',
    ts: sign.ts,
    text: {
      zh: `${honorific}家有动静（${word.zh}），可能是上门的人，请确认平安`,
      en: `Something moved at ${honorific}'s (${word.en}); it may be a visitor. Please confirm`,
    },
  }
  const types = ['resident.unseen', 'resident.cannot-tell'] as const
  return types.flatMap((type): AnyEffect[] => {
    const stands = type === 'resident.unseen' ? person.unseenAt : person.cannotTellAt
    if (stands === null) return []
    return [{ kind: 'add', key: keyOf(type, person), at: sign.ts, evidence: [sign.proof, note] }]
  })
}

/** Only what shows the person, not merely that their home is alive, may close a ticket by itself. */
function causeOf(
  person: Person,
  sign: Sign,
  conclusive: boolean,
  evidence: readonly Evidence[],
): Cause {
  const { honorific } = person.resident
  const word = kindWord(sign.what)
  return {
    resolves: conclusive,
    evidence,
    reason: conclusive
      ? { zh: `见到${honorific}了，平安`, en: `${honorific} has been seen` }
      : {
          zh: `家里有动静（${word.zh}），不止一人住，说不准是不是${honorific}，请确认`,
          en: `The home is alive (${word.en}); several live there. Please confirm that ${honorific} is well`,
        },
  }
}
