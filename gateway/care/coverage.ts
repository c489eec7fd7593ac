import type { CareSettings } from '../../config/rules.ts'
import { expectedMaxMs, learnGap } from '../model/cadence.ts'
import { observeClock } from '../model/device-clock.ts'
import { type Interval, merge } from './intervals.ts'
import type { Arrival, Hole, Order, Point, Source } from './source.ts'

const holesMax = 32
const ledgerMax = 400

export interface Message {
  readonly ts: number
  readonly seq: number | null
  readonly receivedAt: number
}

/** Longest time that two messages in a row cover: by the interval that was said, else by the one learned. */
export function gapMaxMs(source: Source, settings: CareSettings, counted: boolean): number {
  const { intervalMs } = source
  if (intervalMs !== null)
    return (counted ? settings.gapFactor : settings.bareGapFactor) * intervalMs
  const initial = counted ? settings.gapDefaultMs : settings.bareGapDefaultMs
  return expectedMaxMs(source.cadence) ?? initial
}

/**
 * Takes a message into the ledger. Coverage is counted in event time: a source covers the time between two
 * messages that follow each other by `seq`, however late they are delivered, because it was counting and
 * buffering all the while; a missing number or a silence covers nothing until it is delivered. Without
 * `seq` it covers while it speaks in its interval and we were there to hear it.
 * The beat and the values of one message may come in any order: the first of them counts.
 */
export function arrive(
  source: Source,
  message: Message,
  settings: CareSettings,
  startedAt: number,
): { readonly arrival: Arrival; readonly late: boolean } {
  const known = source.arrival
  const { ts, seq, receivedAt } = message
  const { time, state } = observeClock(source.clock, message, settings.lateMs)
  if (known !== null && known.ts === ts && known.seq === seq && known.receivedAt === receivedAt)
    return { arrival: known, late: time.late }
  source.clock = state
  const point: Point = { at: time.at, seq, receivedAt }
  const placed = place(source, point, settings)
  const { previous, order } = placed
  const adjacent = previous !== null && follows(previous, point)
  const sinceStart = previous !== null && previous.receivedAt >= startedAt
  const gapMs = previous === null ? null : point.at - previous.at
  // What arrives in time teaches how often it speaks; time in which we were down teaches nothing.
  if (source.intervalMs === null && gapMs !== null && order === 'live' && sinceStart && !time.late)
    source.cadence = learnGap(source.cadence, gapMs)
  if (gapMs !== null && previous !== null && order !== 'repeat') {
    const counted = seq !== null && previous.seq !== null
    const joined = counted ? adjacent : order === 'live' && sinceStart
    if (joined && gapMs <= gapMaxMs(source, settings, counted))
      cover(source, previous.at, point.at, receivedAt - settings.ledgerMs)
  }
  if (placed.next !== null && follows(point, placed.next)) {
    const nextGapMs = placed.next.at - point.at
    if (nextGapMs <= gapMaxMs(source, settings, true))
      cover(source, point.at, placed.next.at, receivedAt - settings.ledgerMs)
  }
  source.arrival = { ts, seq, receivedAt, at: time.at, order, adjacent, gapMs, sinceStart }
  return { arrival: source.arrival, late: time.late }
}

const follows = (a: Point, b: Point): boolean =>
  a.seq !== null && b.seq === a.seq + 1 && b.at >= a.at

interface Placed {
  readonly order: Order
  readonly previous: Point | null
  readonly next: Point | null
}

function place(source: Source, point: Point, settings: CareSettings): Placed {
  const { last } = source
  const live = (): Placed => {
    source.last = point
    return { order: 'live', previous: last, next: null }
  }
  if (last === null) {
    if (point.seq !== null) addHole(source, { after: null, before: point })
    return live()
  }
  if (point.seq === null || last.seq === null) {
    if (point.at > last.at) return live()
    return { order: point.at === last.at ? 'repeat' : 'history', previous: null, next: null }
  }
  if (follows(last, point)) return live()
  if (point.at > last.at) {
    // A jump in the count is a hole; a smaller count is a device that has started anew.
    if (point.seq > last.seq) addHole(source, { after: last, before: point })
    return live()
  }
  // Further on by count, earlier by time: its clock was set back.
  if (point.seq > last.seq) return live()
  return fill(source, point, point.receivedAt - settings.ledgerMs)
}

/** A message of the past goes into the hole where it is missing; elsewhere it is a repeat. */
function fill(source: Source, point: Point, keepFrom: number): Placed {
  const seq = point.seq ?? -1
  const index = source.holes.findIndex(
    ({ after, before }) =>
      seq < (before.seq ?? -1) &&
      point.at <= before.at &&
      (after === null || (seq > (after.seq ?? -1) && point.at >= after.at)),
  )
  const hole = source.holes[index]
  if (hole === undefined) return { order: 'repeat', previous: null, next: null }
  const parts: Hole[] = []
  if (hole.after === null || !follows(hole.after, point))
    parts.push({ after: hole.after, before: point })
  if (!follows(point, hole.before)) parts.push({ after: point, before: hole.before })
  source.holes.splice(index, 1, ...parts)
  const kept = source.holes.filter(({ before }) => before.at >= keepFrom)
  source.forgotten += Math.max(0, kept.length - holesMax)
  source.holes = kept.slice(-holesMax)
  return { order: 'history', previous: hole.after, next: hole.before }
}

function addHole(source: Source, hole: Hole): void {
  source.holes.push(hole)
  if (source.holes.length <= holesMax) return
  source.holes.shift()
  source.forgotten += 1
}

/** Adds a covered interval; what is older than `keepFrom`, or too much, is forgotten, oldest first. */
export function cover(source: Source, from: number, to: number, keepFrom: number): void {
  if (to <= from) return
  const { open } = source
  if (open !== null && from >= open[0] && from <= open[1]) {
    source.open = [open[0], Math.max(open[1], to)]
    return
  }
  const added: Interval = [from, to]
  if (open === null) {
    source.open = added
    return
  }
  const merged = merge([...source.ledger, open, added])
  source.open = merged.pop() ?? null
  const kept = merged.filter(([, end]) => end > keepFrom)
  source.forgotten += Math.max(0, kept.length - ledgerMax)
  source.ledger = kept.slice(-ledgerMax)
}
