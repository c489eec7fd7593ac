import type { LastEvidence } from '../../contracts/care.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import { review } from './decide.ts'
import { type Home, isCarers } from './home.ts'
import type { SignKind } from './signs.ts'
import type { Source } from './source.ts'

/**
 * Some signs of a home have turned out to be no life: a carer's, or a device's that fires by itself. Takes
 * them away, goes back to the newest that is left, and looks again at those who live there.
 */
export function takeBack(
  desk: CareDesk,
  household: string,
  now: number,
  sick: { readonly source: Source; readonly since: number } | null = null,
): AnyEffect[] {
  const home = desk.home(household)
  const isLife = (source: Source | null, what: string, at: number): boolean =>
    !(sick !== null && source === sick.source && at >= sick.since) &&
    !isCarers(home, what as SignKind, at)
  let taken = false
  for (const { source } of desk.sourcesOf(household)) {
    const kept = source.signs.filter((at) => isLife(source, source.lastWhat ?? 'door', at))
    if (kept.length === source.signs.length) continue
    taken = true
    source.signs = kept
    desk.touchLedger(source)
  }
  if (home.last !== null && taken) {
    home.last = newestOf(desk, home)
    desk.touchHome(home)
  }
  return desk.watchedIn(household).flatMap((person) => {
    const { home: counted } = person
    const source =
      counted === null ? null : desk.knownSource(person.resident.community, counted.source)
    if (counted !== null && !isLife(source, counted.what, counted.ts)) {
      const last = newestOf(desk, home)
      person.home = last === null || last.ts < person.movedAt ? null : last
      desk.touchPerson(person)
    }
    if (sick !== null)
      person.doubts = person.doubts.filter(
        ({ cause, at }) => cause !== sick.source.device || at < sick.since,
      )
    return review(desk, person, now)
  })
}

function newestOf(desk: CareDesk, home: Home): LastEvidence | null {
  let last: LastEvidence | null = null
  for (const { source, device } of desk.sourcesOf(home.id)) {
    const at = source.signs.at(-1)
    if (at === undefined || (last !== null && last.ts >= at)) continue
    const what = (source.lastWhat ?? 'door') as SignKind
    const where = device.place?.name ?? device.name
    const { shows, confidence } = desk.settings.evidence[what]
    last = { ts: at, source: device.id, what, where, shows, confidence }
  }
  return last
}
