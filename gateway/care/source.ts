import { type Cadence, emptyCadence } from '../model/cadence.ts'
import type { ClockState } from '../model/device-clock.ts'
import type { Reading } from '../model/input.ts'
import { type Interval, merge, subtract } from './intervals.ts'

/** One message of a source: event time, count, our time. */
export interface Point {
  readonly at: number
  readonly seq: number | null
  readonly receivedAt: number
}

/** Messages between two that we have, counted but not heard; `after` null: before the first. */
export interface Hole {
  readonly after: Point | null
  readonly before: Point
}

export type Order = 'live' | 'history' | 'repeat'

/** How a message stands to those before it. */
export interface Arrival {
  readonly ts: number
  readonly seq: number | null
  readonly receivedAt: number
  /** Event time, never later than `receivedAt`. */
  readonly at: number
  readonly order: Order
  /** Directly after its predecessor by count. */
  readonly adjacent: boolean
  /** Time to its predecessor; null where there is none. */
  readonly gapMs: number | null
  /** Its predecessor was heard since the gateway started. */
  readonly sinceStart: boolean
}

export interface Sample {
  readonly value: Reading['value']
  readonly at: number
}

/** Signs of one reading that came at the same distance, each after the other. */
export interface Rhythm {
  /** The newest of them. */
  readonly at: number
  readonly gapMs: number
  readonly count: number
  /** The first of them. */
  readonly since: number
  readonly amount: number | null
}

/** A source that says `true` by itself: from `since` on it neither tells of life nor looks, until it is well again. */
export interface Sickness {
  readonly since: number
  until: number | null
  readonly why: 'machine' | 'flapping' | 'running'
  readonly everyMs: number
}

/** A device in a home that can tell that somebody lives there. */
export interface Source {
  readonly community: string
  readonly device: string
  /** How often it says that it reports; null where nobody said. */
  intervalMs: number | null
  /** How often it does. */
  cadence: Cadence
  /** Readings heard that can be a sign of life; without one it looks at nobody. */
  readonly able: Set<string>
  clock: ClockState | null
  last: Point | null
  arrival: Arrival | null
  /** Oldest first. */
  holes: Hole[]
  /** The newest covered interval, which grows; the rest is in `ledger`. */
  open: Interval | null
  ledger: Interval[]
  readonly values: Map<string, Sample>
  /** Where the delivery of history stands. */
  past: { at: number; readonly values: Map<string, Sample> } | null
  /** By reading: how regularly its signs come. */
  readonly rhythms: Map<string, Rhythm>
  /** Changes of a contact in the hour that began at `from`. */
  flap: { readonly from: number; readonly count: number } | null
  /** Times in which it was seen to speak by itself; the last may last. */
  sick: Sickness[]
  /** A meter that showed use in every reading since. */
  run: { readonly since: number; readonly until: number } | null
  /** What a water meter showed in the last half day, m³ by event time, thinned. */
  water: (readonly [at: number, m3: number])[]
  /** Signs of life, event time, thinned to one in ten minutes but for the newest. */
  signs: number[]
  lastWhat: string | null
  /** Holes and intervals that were given up because there were too many. */
  forgotten: number
}

export const createSource = (community: string, device: string): Source => ({
  community,
  device,
  intervalMs: null,
  cadence: emptyCadence,
  able: new Set(),
  clock: null,
  last: null,
  arrival: null,
  holes: [],
  open: null,
  ledger: [],
  values: new Map(),
  past: null,
  rhythms: new Map(),
  flap: null,
  sick: [],
  run: null,
  water: [],
  signs: [],
  lastWhat: null,
  forgotten: 0,
})

/** When it looked, without the times in which it spoke by itself. */
export function covered(source: Source): Interval[] {
  const all = source.open === null ? source.ledger : [...source.ledger, source.open]
  if (source.sick.length === 0) return all
  const sick = source.sick.map(
    ({ since, until }): Interval => [since, until ?? Number.POSITIVE_INFINITY],
  )
  return subtract(all, merge(sick))
}

const thinMs = 600_000
const signsMax = 300

/** Keeps a sign of life, in order; the newest is exact. */
export function keepSign(source: { signs: number[] }, at: number): void {
  const { signs } = source
  const last = signs.at(-1)
  if (last === undefined || at > last) {
    const before = signs.at(-2)
    if (last !== undefined && before !== undefined && last - before < thinMs) signs.pop()
    signs.push(at)
  } else {
    const index = signs.findIndex((known) => known >= at)
    const near = signs[index] === at || at - (signs[index - 1] ?? -Infinity) < thinMs
    if (!near) signs.splice(index, 0, at)
  }
  if (signs.length > signsMax) signs.shift()
}
