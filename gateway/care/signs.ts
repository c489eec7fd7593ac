import type { CareSettings } from '../../config/rules.ts'
import type { EvidenceKind } from '../../config/care-schema.ts'
import { hourMs, secondMs } from '../../contracts/clock.ts'
import type { Reading } from '../model/input.ts'
import { gapMaxMs } from './coverage.ts'
import type { Arrival, Sample, Source } from './source.ts'

export type SignKind = EvidenceKind
/** What a sensor of the home can notice. */
export type SensorKind = 'door' | 'motion' | 'water' | 'power' | 'sos'

const kinds: Readonly<Record<string, SensorKind>> = {
  doorOpen: 'door',
  motion: 'motion',
  waterMeter: 'water',
  powerMeter: 'power',
  sos: 'sos',
}

/** Somebody did something between `since` and `until`: a meter only knows that it was after its last reading. */
export interface ReadSign {
  readonly kind: SensorKind
  readonly since: number
  readonly until: number
  /** How much ran through a meter; null elsewhere. */
  readonly amount: number | null
}

/** What a reading can tell of life; null for all others (battery, status, temperature…). */
export const signKindOf = (reading: string): SensorKind | null => kinds[reading] ?? null

export const isMeter = (kind: SignKind): boolean => kind === 'water' || kind === 'power'

/** A meter that is read so seldom cannot say when water ran: it neither looks nor tells. */
export const isCoarse = (kind: SensorKind, arrival: Arrival, settings: CareSettings): boolean =>
  isMeter(kind) && (arrival.gapMs === null || arrival.gapMs > settings.meterGapMaxMs)

/** A button does not look: that nobody presses it says nothing. */
export const looks = (kind: SensorKind): boolean => kind !== 'sos'

/**
 * Whether a reading is a sign of life. A first value, a repeat, what the broker had retained, a value after a
 * gap that nobody counted, or one that a restart of ours may have hidden the change of, is a baseline. A
 * device whose clock is unusable counts only while it reports steadily: otherwise the history that it
 * empties after a silence would look like life now.
 */
export function readSign(
  source: Source,
  reading: Reading,
  arrival: Arrival,
  settings: CareSettings,
): ReadSign | null {
  const kind = signKindOf(reading.name)
  if (kind === null || arrival.order === 'repeat') return null
  const book = bookOf(source, arrival)
  const before = book.get(reading.name)
  if (before !== undefined && before.at > arrival.at) return null
  book.set(reading.name, { value: reading.value, at: arrival.at })
  if (before === undefined || !joined(source, reading, arrival, settings)) return null
  if (isCoarse(kind, arrival, settings)) return null
  if (!isSign(kind, reading, before, arrival, settings)) return null
  const meter = isMeter(kind)
  return {
    kind,
    since: meter ? before.at + 1 : arrival.at,
    until: arrival.at,
    amount: meter ? rise(reading.value, before) : null,
  }
}

function bookOf(source: Source, arrival: Arrival): Map<string, Sample> {
  if (arrival.order === 'live') return source.values
  if (source.past === null || arrival.at < source.past.at)
    source.past = { at: arrival.at, values: new Map() }
  source.past.at = arrival.at
  return source.past.values
}

function joined(
  source: Source,
  reading: Reading,
  arrival: Arrival,
  settings: CareSettings,
): boolean {
  const { gapMs } = arrival
  if (gapMs === null) return false
  const counted = reading.seq !== null
  const gapMax = gapMaxMs(source, settings, counted)
  if (reading.clockMarked) return gapMs >= secondMs && gapMs <= gapMax
  if (!counted) return arrival.order === 'live' && arrival.sinceStart
  return arrival.adjacent || gapMs <= gapMax
}

function isSign(
  kind: SensorKind,
  reading: Reading,
  before: Sample,
  arrival: Arrival,
  settings: CareSettings,
): boolean {
  const { value } = reading
  switch (kind) {
    case 'door':
      return typeof value === 'boolean' && value !== before.value
    case 'motion':
      return (
        value === true && (before.value !== true || (reading.seq !== null && !reading.clockMarked))
      )
    case 'sos':
      return value === true && before.value !== true
    case 'water':
      return rise(value, before) >= settings.waterMinM3
    case 'power': {
      const hours = (arrival.at - before.at) / hourMs
      return hours > 0 && rise(value, before) / hours >= settings.powerMinKw
    }
  }
}

/** A meter that falls was changed or reset: a baseline. */
const rise = (value: Reading['value'], before: Sample): number =>
  typeof value === 'number' && typeof before.value === 'number'
    ? // Meters count in floating point: half a microlitre is no water.
      value - before.value + 1e-9
    : -1
