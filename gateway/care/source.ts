import type { ClockState } from '../model/device-clock.ts'
import type { Reading } from '../model/input.ts'
import type { Interval } from './intervals.ts'

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

/** A device in a home that can tell that somebody lives there. */
export interface Source {
  readonly community: string
  readonly device: string
  intervalMs: number | null
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
  able: new Set(),
  clock: null,
  last: null,
  arrival: null,
  holes: [],
  open: null,
  ledger: [],
  values: new Map(),
  past: null,
  signs: [],
  lastWhat: null,
  forgotten: 0,
})

export const covered = (source: Source): Interval[] =>
  source.open === null ? source.ledger : [...source.ledger, source.open]

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
