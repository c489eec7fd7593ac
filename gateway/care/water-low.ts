import { dayMs, hourMs, minuteMs } from '../../contracts/clock.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { CareDesk } from './care-desk.ts'
import type { Cause } from './cause.ts'
import type { Home } from './home.ts'
import { insideAt, wentOut } from './indoors.ts'
import { clip, total } from './intervals.ts'
import { alarmedAt, type Person } from './person.ts'
import { covered, type Source } from './source.ts'
import { absences } from './span.ts'
import { lastText, sentences, spanText } from './texts.ts'
import { decidableAt, viewOf } from './view.ts'

const thinMs = 10 * minuteMs
const keptBeyondMs = 120 * minuteMs
const pointsMax = 200

const keyOf = (community: string, household: string): string =>
  `water.use-low:${community}:${household}`

/** Keeps what the meter showed, one point in ten minutes. */
function note(desk: CareDesk, source: Source, at: number, m3: number): void {
  const last = source.water.at(-1)
  // A meter that falls was changed: what it showed before says nothing any more.
  if (last !== undefined && m3 < last[1]) source.water = []
  else if (last !== undefined && at - last[0] < thinMs) return
  const keepFrom = at - desk.settings.waterLow.windowMs - keptBeyondMs
  source.water = [...source.water.filter(([then]) => then >= keepFrom), [at, m3] as const].slice(
    -pointsMax,
  )
  desk.touchLedger(source)
}

/**
 * Half a day with hardly any water in the home of somebody who is looked after, while nobody is away, the
 * meter was read throughout and nothing else has shown life of late. The older rule of thumb of many
 * towns, told before the window of the unseen rule is over.
 */
export function lowWater(
  desk: CareDesk,
  home: Home,
  source: Source,
  at: number,
  m3: number,
  now: number,
): AnyEffect[] {
  const { waterLow } = desk.settings
  if (!waterLow.enabled) return []
  note(desk, source, at, m3)
  const from = at - waterLow.windowMs
  const base = source.water.findLast(([then]) => then <= from)
  if (base === undefined) return []
  const used = m3 - base[1]
  if (used >= waterLow.belowM3) return flows(desk, home, source.community, at)
  if (home.lowWaterAt !== null) return []
  const persons = concerned(desk, home, source, from, at, now)
  if (persons === null) return []
  const [first] = persons
  if (first === undefined) return []
  home.lowWaterAt = at
  desk.touchHome(home)
  return [said(desk, home, source, first, persons.length, used, at)]
}

/** Of whom it would be said; null where it would not be true, or another rule says more. */
function concerned(
  desk: CareDesk,
  home: Home,
  source: Source,
  from: number,
  at: number,
  now: number,
): readonly Person[] | null {
  const { waterLow } = desk.settings
  if (total(clip(covered(source), from, at)) < waterLow.coverageShare * waterLow.windowMs)
    return null
  if (dayIn(desk, from, at) < waterLow.dayMinMs) return null
  for (const resident of desk.roster.residentsOf(home.id)) {
    const person = desk.persons.get(resident.id)
    const away = absences(resident, person?.returned ?? new Map<string, number>())
    if (clip(away, from, at).length > 0) return null
  }
  const quietFrom = at - waterLow.unlessSignMs
  const sources = desk.sourcesOf(home.id)
  if (sources.some((known) => (known.source.signs.at(-1) ?? 0) > quietFrom)) return null
  // The door was the last to move: an empty home uses no water, and the unseen rule waits for them.
  const last = insideAt(desk, home)
  if (last !== null && wentOut(desk, home, last)) return null
  const persons = desk
    .watchedIn(home.id)
    .filter(
      ({ resident: { watch }, movedAt }) =>
        watch !== null &&
        watch.windowMs <= waterLow.watchMaxMs &&
        watch.since <= from &&
        movedAt <= from,
    )
  const stilled = persons.some((person) => {
    const { deadline } = viewOf(desk, person, now)
    return (
      (person.own?.ts ?? 0) > quietFrom ||
      person.awaitedAt !== null ||
      alarmedAt(person) !== null ||
      deadline === null ||
      deadline - now < waterLow.yieldMs ||
      decidableAt(desk, person) > now
    )
  })
  return stilled ? null : persons
}

/** How much of a span lies in the day, local time. */
function dayIn({ settings }: CareDesk, from: number, to: number): number {
  const { dayFromHour, dayToHour } = settings.waterLow
  const offsetMs = settings.utcOffsetMinutes * minuteMs
  let sum = 0
  for (let day = Math.floor((from + offsetMs) / dayMs) * dayMs; day < to + offsetMs; day += dayMs) {
    const begins = Math.max(from + offsetMs, day + dayFromHour * hourMs)
    sum += Math.max(0, Math.min(to + offsetMs, day + dayToHour * hourMs) - begins)
  }
  return sum
}

function said(
  desk: CareDesk,
  home: Home,
  source: Source,
  { resident }: Person,
  count: number,
  used: number,
  at: number,
): AnyEffect {
  const { waterLow, utcOffsetMinutes } = desk.settings
  const place = desk.roster.household(home.id)?.place ?? null
  const litres = Math.round(used * 10_000) / 10
  const span = spanText(waterLow.windowMs)
  const whose = count > 1 ? (place?.name ?? resident.honorific) : `${resident.honorific}家`
  return {
    kind: 'raise',
    type: 'water.use-low',
    key: keyOf(resident.community, home.id),
    severity: 'major',
    community: resident.community,
    device: source.device,
    place,
    subject:
      count > 1
        ? { kind: 'household', id: home.id, name: place?.name ?? home.id }
        : { kind: 'resident', id: resident.id, name: resident.honorific || resident.name },
    title: {
      zh: `${whose} ${span.zh}只用水 ${litres} 升`,
      en: `${resident.honorific}: ${litres} l of water in ${span.en}`,
    },
    description: sentences(
      lastText(home.last, utcOffsetMinutes),
      {
        zh: `少于 ${waterLow.belowM3 * 1_000} 升要问一声，水表一直有读数，也没有外出登记`,
        en: `Below ${waterLow.belowM3 * 1_000} l one asks; the meter was read, and nobody is away`,
      },
      { zh: '请先打电话，没人接就上门看看', en: 'Call first; go there if nobody answers' },
    ),
    at,
    rule: { id: 'care-water-low', version: `${waterLow.version}/${desk.versionTag}` },
    evidence: [
      {
        kind: 'reading',
        device: source.device,
        reading: 'waterMeter',
        ts: at,
        value: source.water.at(-1)?.[1] ?? 0,
        unit: 'm³',
      },
    ],
  }
}

function flows(desk: CareDesk, home: Home, community: string, at: number): AnyEffect[] {
  return endLow(desk, home, community, at, {
    reason: { zh: '又用水了', en: 'Water runs again' },
    resolves: true,
    evidence: [],
  })
}

function endLow(
  desk: CareDesk,
  home: Home,
  community: string,
  at: number,
  cause: Cause,
): AnyEffect[] {
  if (home.lowWaterAt === null) return []
  home.lowWaterAt = null
  desk.touchHome(home)
  return [{ kind: 'clear', key: keyOf(community, home.id), at, ...cause }]
}

/** A sign of life that counts for somebody of the home ends it as well. */
export function endLowWater(
  desk: CareDesk,
  { resident }: Person,
  sign: { readonly ts: number },
  now: number,
  cause: Cause,
): AnyEffect[] {
  if (resident.household === null) return []
  const home = desk.home(resident.household)
  if (home.lowWaterAt === null || sign.ts < home.lowWaterAt) return []
  return endLow(desk, home, resident.community, now, cause)
}
