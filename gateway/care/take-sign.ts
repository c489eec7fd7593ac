import type { Evidence } from '../../contracts/anomaly.ts'
import type { LastEvidence } from '../../contracts/care.ts'
import type { Effect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { type Cause, review } from './decide.ts'
import type { Home } from './home.ts'
import type { Person } from './person.ts'
import type { SignKind } from './signs.ts'
import { keepSign } from './source.ts'
import { kindWord } from './texts.ts'

export interface Sign extends LastEvidence {
  readonly what: SignKind
  /** It happened between `ts` and this. */
  readonly until: number
  readonly proof: Evidence
}

/** Who is away may be visited there, and meters run by themselves now and then: neither brings anybody home. */
const returning: ReadonlySet<SignKind> = new Set(['door', 'motion', 'card', 'face', 'sos'])

/** A sign of one person: their card, or somebody saw them. */
export function personSign(desk: CareDesk, person: Person, sign: Sign, now: number): Effect[] {
  keepSign(person, sign.ts)
  if (person.own === null || sign.ts > person.own.ts) person.own = plain(sign)
  endAbsence(desk, person, sign)
  desk.touchPerson(person)
  return review(desk, person, now, causeOf(person, sign, true))
}

/** A sign that a sensor of the home gave: it stands for everybody who lives there. */
export function homeSign(desk: CareDesk, home: Home, sign: Sign, now: number): Effect[] {
  if (home.last === null || sign.ts > home.last.ts) home.last = plain(sign)
  desk.touchHome(home)
  const alone = desk.roster.residentsOf(home.id).length <= 1
  const proves = sign.what !== 'door' && !cameBehindDoor(desk, home, sign)
  return desk.watchedIn(home.id).flatMap((person) => {
    // In a home of several it may be another who is there.
    if (alone) endAbsence(desk, person, sign)
    return review(desk, person, now, causeOf(person, sign, proves))
  })
}

/** The door moved shortly before: whoever came in to look may be what the sensor feels. */
const cameBehindDoor = (desk: CareDesk, home: Home, sign: Sign): boolean =>
  home.doorAt !== null && sign.ts >= home.doorAt && sign.ts - home.doorAt < desk.settings.visitorMs

const plain = ({ ts, source, what, where }: Sign): LastEvidence => ({ ts, source, what, where })

function endAbsence(desk: CareDesk, person: Person, sign: Sign): void {
  if (!returning.has(sign.what)) return
  for (const { id, from, to } of person.resident.away) {
    if (sign.ts < from + desk.settings.awayGraceMs || (to !== null && sign.ts >= to)) continue
    const known = person.returned.get(id)
    if (known !== undefined && known <= sign.ts) continue
    person.returned.set(id, sign.ts)
    desk.touchPerson(person)
  }
}

/** Only what shows the person, not a door that somebody opened, may close a ticket by itself. */
function causeOf(person: Person, sign: Sign, proves: boolean): Cause {
  const { honorific } = person.resident
  const word = kindWord(sign.what)
  return {
    resolves: proves,
    evidence: [sign.proof],
    reason: proves
      ? { zh: `见到${honorific}了，平安`, en: `${honorific} has been seen` }
      : {
          zh: `${honorific}家有动静（${word.zh}），可能是上门的人，请确认平安`,
          en: `Something moved at ${honorific}'s (${word.en}); it may be the visitor. Please confirm`,
        },
  }
}
