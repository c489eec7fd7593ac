import type { AccessMethod } from '../../contracts/access.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { AccessFact, Beat, CoverageFact, InfoInput, Reading } from '../model/input.ts'
import type { CareDesk } from './care-desk.ts'
import { arrive, cover, type Message } from './coverage.ts'
import { review } from './decide.ts'
import { carerCame, carerMayCome, doorMoved, historyArrived, type Home, isCarers } from './home.ts'
import { meterWorth } from './meters.ts'
import { listen } from './rhythm.ts'
import { eventProof, type Seen } from './seen.ts'
import { isCoarse, looks, type ReadSign, readSign, signKindOf } from './signs.ts'
import { type Arrival, keepSign, type Source } from './source.ts'
import { takeBack } from './take-back.ts'
import { homeSign, personSign } from './take-sign.ts'
import { recognises } from './watchers.ts'
import { lowWater } from './water-low.ts'

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
const lookAgain = (desk: CareDesk, household: string, now: number): AnyEffect[] =>
  desk
    .watchedIn(household)
    .flatMap((person) => (person.cannotTellAt === null ? [] : review(desk, person, now)))

export function applyBeat(desk: CareDesk, beat: Beat): readonly AnyEffect[] {
  const device = desk.homeDevice(beat.community, beat.device)
  if (device === null) return []
  hear(desk, device, beat)
  return lookAgain(desk, device.household, beat.receivedAt)
}

export function applyReading(desk: CareDesk, reading: Reading): readonly AnyEffect[] {
  const kind = signKindOf(reading.name)
  if (kind === null) return []
  const device = desk.homeDevice(reading.community, reading.device)
  if (device === null) return []
  // From the broker's memory: how things stand, heard now. Nobody did anything now.
  if (reading.retained === true) return baseline(desk, device, reading)
  const { source, arrival } = hear(desk, device, reading)
  if (looks(kind) && !isCoarse(kind, arrival, desk.settings)) source.able.add(reading.name)
  const sign = readSign(source, reading, arrival, desk.settings)
  const home = desk.home(device.household)
  const effects =
    sign === null ? [] : applySign(desk, device, home, reading, { source, arrival, sign })
  if (kind !== 'water' || typeof reading.value !== 'number' || arrival.order !== 'live')
    return effects
  const { at } = arrival
  return [...effects, ...lowWater(desk, home, source, at, reading.value, reading.receivedAt)]
}

function baseline(desk: CareDesk, device: HomeDevice, reading: Reading): readonly AnyEffect[] {
  const source = desk.source(device)
  const at = Math.min(reading.ts, reading.receivedAt)
  const known = source.values.get(reading.name)
  if (known !== undefined && known.at > at) return []
  source.values.set(reading.name, { value: reading.value, at })
  desk.touchSource(source)
  return []
}

function applySign(
  desk: CareDesk,
  device: HomeDevice,
  home: Home,
  reading: Reading,
  heard: { readonly source: Source; readonly arrival: Arrival; readonly sign: ReadSign },
): readonly AnyEffect[] {
  const { source, arrival, sign } = heard
  const { settings } = desk
  const { life, foundSince } = listen(source, reading.name, sign, arrival, settings)
  if (foundSince !== null)
    return takeBack(desk, device.household, reading.receivedAt, { source, since: foundSince })
  if (!life) return []
  if (sign.kind === 'door') {
    doorMoved(home, sign.until, reading.value === true, settings)
    desk.touchHome(home)
  }
  if (isCarers(home, sign.kind, sign.since) || isCarers(home, sign.kind, sign.until)) return []
  const worth = meterWorth(desk, home, sign)
  if (worth !== 'nothing') {
    keepSign(source, sign.since)
    source.lastWhat = sign.kind
  }
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
    worth,
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
export function applyInfo(
  desk: CareDesk,
  { community, device, info }: InfoInput,
): readonly AnyEffect[] {
  const found = desk.homeDevice(community, device)
  if (found === null || found.intervalMs !== null || info.intervalMs === undefined) return []
  const source = desk.source(found)
  source.intervalMs = info.intervalMs
  desk.touchSource(source)
  return []
}

/** A camera of the home, or one nearby that knows faces, could see during a span. */
export function applyCoverage(desk: CareDesk, fact: CoverageFact): readonly AnyEffect[] {
  const device = desk.roster.device(fact.community, fact.device)
  if (device === null || device.state !== 'approved') return []
  const { household } = device
  if (household === null && !recognises(device)) return []
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
  if (household !== null) return lookAgain(desk, household, fact.receivedAt)
  return desk
    .homesNear(device.place, fact.community, desk.settings.cameraNearM)
    .flatMap((id) => lookAgain(desk, id, fact.receivedAt))
}

/** How each method names what it shows; a car shows the car, a guard's hand and a fire nobody. */
const seenBy: Readonly<Record<AccessMethod, Seen | null>> = {
  face: 'face',
  'face+pin': 'face',
  card: 'card',
  pin: 'pin',
  qr: 'qr',
  plate: 'plate',
  terminal: 'terminal',
  manual: null,
  fire: null,
}

/** Doors that were opened: a resident's card is their sign, a carer's takes signs away. */
export function applyAccess(desk: CareDesk, fact: AccessFact): readonly AnyEffect[] {
  if (!fact.granted || fact.holder === null) return []
  const at = Math.min(fact.ts, fact.receivedAt)
  const door = desk.roster.device(fact.community, fact.door)
  if (fact.holder.kind === 'resident') return residentPassed(desk, fact, at, door)
  // A carer's car is at the gate, not at the home.
  if (fact.method === 'plate' || fact.plate !== undefined || door === null) return []
  if (door.household !== null) {
    const home = desk.home(door.household)
    carerCame(home, at, desk.settings)
    desk.touchHome(home)
    return takeBack(desk, door.household, fact.receivedAt)
  }
  // Staff pass shared doors all day; only a carer's passing may lead to a home.
  if (fact.holder.kind !== 'carer') return []
  for (const id of desk.homesNear(door.place, door.community, desk.settings.carerNearM)) {
    const home = desk.home(id)
    carerMayCome(home, at, desk.settings)
    desk.touchHome(home)
  }
  return []
}

function residentPassed(
  desk: CareDesk,
  fact: AccessFact,
  at: number,
  door: RosterDevice | null,
): readonly AnyEffect[] {
  const person = fact.holder === null ? undefined : desk.persons.get(fact.holder.id)
  // Whoever writes cards in one community must not vouch for somebody who lives in another.
  if (person?.resident.community !== fact.community) return []
  const what = fact.plate === undefined ? seenBy[fact.method ?? 'card'] : 'plate'
  if (what === null) return []
  // A family drives one car; who sat in it nobody has seen.
  const { household } = person.resident
  const alone = household === null || desk.roster.residentsOf(household).length <= 1
  if (what === 'plate' && !alone) return []
  return personSign(
    desk,
    person,
    {
      ts: at,
      until: at,
      source: fact.door,
      what,
      where: door?.place?.name ?? door?.name ?? fact.door,
      proof: eventProof(fact.door, at, what),
    },
    fact.receivedAt,
  )
}
