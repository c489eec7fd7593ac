import type { Evidence } from '../../contracts/anomaly.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { Effect } from '../model/effect.ts'
import type { AccessFact, Beat, CoverageFact, InfoInput, Reading } from '../model/input.ts'
import type { CareDesk } from './care-desk.ts'
import { arrive, cover, type Message } from './coverage.ts'
import { review } from './decide.ts'
import { carerCame, carerMayCome, doorMoved, historyArrived, isCarers } from './home.ts'
import { near } from './near.ts'
import { isCoarse, looks, readSign, type SignKind, signKindOf } from './signs.ts'
import { type Arrival, keepSign, type Source } from './source.ts'
import { eventProof } from './seen.ts'
import { homeSign, personSign } from './take-sign.ts'

type HomeDevice = RosterDevice & { household: string }

function hear(
  desk: CareDesk,
  device: HomeDevice,
  message: Message,
): { readonly source: Source; readonly arrival: Arrival } {
  const source = desk.source(device)
  const { ledger } = source
  const { arrival, late } = arrive(source, message, desk.settings, desk.startedAt)
  desk.touchSource(source)
  if (source.ledger !== ledger) desk.touchLedger(source)
  if (late && arrival.order !== 'repeat') {
    const home = desk.home(device.household)
    historyArrived(home, message.receivedAt, desk.settings)
    desk.touchHome(home)
  }
  return { source, arrival }
}

/** Coverage has grown: who could not be told may now be unseen. */
const lookAgain = (desk: CareDesk, household: string, now: number): Effect[] =>
  desk
    .watchedIn(household)
    .flatMap((person) => (person.cannotTellAt === null ? [] : review(desk, person, now)))

export function applyBeat(desk: CareDesk, beat: Beat): Effect[] {
  const device = desk.homeDevice(beat.community, beat.device)
  if (device === null) return []
  hear(desk, device, beat)
  return lookAgain(desk, device.household, beat.receivedAt)
}

export function applyReading(desk: CareDesk, reading: Reading): Effect[] {
  const kind = signKindOf(reading.name)
  if (kind === null) return []
  const device = desk.homeDevice(reading.community, reading.device)
  if (device === null) return []
  const { source, arrival } = hear(desk, device, reading)
  if (looks(kind) && !isCoarse(kind, arrival, desk.settings)) source.able.add(reading.name)
  const sign = readSign(source, reading, arrival, desk.settings)
  const home = desk.home(device.household)
  if (sign === null) return []
  if (sign.kind === 'door') {
    doorMoved(home, sign.until, reading.value === true, desk.settings)
    desk.touchHome(home)
  }
  if (isCarers(home, sign.kind, sign.since) || isCarers(home, sign.kind, sign.until)) return []
  keepSign(source, sign.since)
  source.lastWhat = sign.kind
  desk.touchLedger(source)
  return homeSign(
    desk,
    home,
    {
      ts: sign.since,
      until: sign.until,
      source: device.id,
      what: sign.kind,
      where: device.place?.name ?? device.name,
      proof: readingProof(reading, sign.until),
    },
    reading.receivedAt,
  )
}

const readingProof = ({ device, name, value }: Reading, ts: number): Evidence => ({
  kind: 'reading',
  device,
  reading: name,
  ts,
  value: typeof value === 'string' ? value.slice(0, 200) : value,
})

/** How often a device reports, where the roster does not say. */
export function applyInfo(desk: CareDesk, { community, device, info }: InfoInput): Effect[] {
  const found = desk.homeDevice(community, device)
  if (found === null || found.intervalMs !== null || info.intervalMs === undefined) return []
  const source = desk.source(found)
  source.intervalMs = info.intervalMs
  desk.touchSource(source)
  return []
}

export function applyCoverage(desk: CareDesk, fact: CoverageFact): Effect[] {
  const device = desk.homeDevice(fact.community, fact.device)
  if (device === null) return []
  const source = desk.source(device)
  source.able.add('camera')
  cover(
    source,
    fact.from,
    Math.min(fact.to, fact.receivedAt),
    fact.receivedAt - desk.settings.ledgerMs,
  )
  desk.touchSource(source)
  desk.touchLedger(source)
  return lookAgain(desk, device.household, fact.receivedAt)
}

/** Doors that were opened: a resident's card is their sign, a carer's takes signs away. */
export function applyAccess(desk: CareDesk, fact: AccessFact): Effect[] {
  if (!fact.granted || fact.holder === null) return []
  const at = Math.min(fact.ts, fact.receivedAt)
  const door = desk.roster.device(fact.community, fact.door)
  // A family drives one car; who sat in it nobody has seen.
  if (fact.method === 'plate' || fact.plate !== undefined) return []
  if (fact.holder.kind === 'resident') {
    const what = fact.method?.startsWith('face') === true ? 'face' : 'card'
    const person = desk.persons.get(fact.holder.id)
    const where = door?.place?.name ?? door?.name ?? fact.door
    // Whoever writes cards in one community must not vouch for somebody who lives in another.
    return person?.resident.community !== fact.community
      ? []
      : personSign(
          desk,
          person,
          {
            ts: at,
            until: at,
            source: fact.door,
            what,
            where,
            proof: eventProof(fact.door, at, what),
          },
          fact.receivedAt,
        )
  }
  if (door === null) return []
  if (door.household !== null) return carerAtHome(desk, door.household, at, fact.receivedAt)
  // Staff pass shared doors all day; only a carer's passing may lead to a home.
  if (fact.holder.kind === 'carer') carerNearby(desk, door, at)
  return []
}

function carerNearby(desk: CareDesk, door: RosterDevice, at: number): void {
  const households = new Set<string>()
  for (const { resident } of desk.persons.values())
    if (resident.household !== null && resident.community === door.community)
      households.add(resident.household)
  for (const id of households) {
    const place = desk.roster.household(id)?.place
    if (place === undefined || !near(place, door.place, desk.settings.carerNearM)) continue
    const home = desk.home(id)
    carerMayCome(home, at, desk.settings)
    desk.touchHome(home)
  }
}

function carerAtHome(desk: CareDesk, household: string, at: number, now: number): Effect[] {
  const home = desk.home(household)
  carerCame(home, at, desk.settings)
  desk.touchHome(home)
  takeBack(desk, household)
  return desk.watchedIn(household).flatMap((person) => review(desk, person, now))
}

/** Signs of the minute before the card was read were the carer's: back to the sign before them. */
function takeBack(desk: CareDesk, household: string): void {
  const home = desk.home(household)
  const { last } = home
  if (last === null || !isCarers(home, last.what as SignKind, last.ts)) return
  home.last = null
  for (const { source, device } of desk.sourcesOf(household)) {
    const what = (source.lastWhat ?? 'door') as SignKind
    const kept = source.signs.filter((at) => !isCarers(home, what, at))
    if (kept.length !== source.signs.length) {
      source.signs = kept
      desk.touchLedger(source)
    }
    const at = kept.at(-1)
    if (at === undefined || (home.last !== null && home.last.ts >= at)) continue
    home.last = { ts: at, source: device.id, what, where: device.place?.name ?? device.name }
  }
}
