import type { Aggregate } from '../../contracts/private-api.ts'
import { exhausted } from '../../contracts/result.ts'
import type { Reading } from '../model/input.ts'

export type Value = Reading['value']

/** What a set of points of one series comes to. Booleans count as 0 and 1; strings only in `count`. */
export interface Roll {
  count: number
  /** How many of them are numbers or booleans. */
  numeric: number
  sum: number
  /** Null while nothing numeric is in it. */
  min: number | null
  max: number | null
  firstTs: number
  firstSeq: number
  first: Value
  lastTs: number
  lastSeq: number
  last: Value
}

/** The roll of a single point. */
export function rollOf(ts: number, seq: number, value: Value): Roll {
  const number = typeof value === 'string' ? null : Number(value)
  return {
    count: 1,
    numeric: number === null ? 0 : 1,
    sum: number ?? 0,
    min: number,
    max: number,
    firstTs: ts,
    firstSeq: seq,
    first: value,
    lastTs: ts,
    lastSeq: seq,
    last: value,
  }
}

/** Adds one point in place; points may come in any order. */
export function addPoint(roll: Roll, ts: number, seq: number, value: Value): void {
  roll.count += 1
  if (typeof value !== 'string') {
    const number = Number(value)
    roll.numeric += 1
    roll.sum += number
    if (roll.min === null || number < roll.min) roll.min = number
    if (roll.max === null || number > roll.max) roll.max = number
  }
  if (ts < roll.firstTs || (ts === roll.firstTs && seq < roll.firstSeq)) {
    roll.firstTs = ts
    roll.firstSeq = seq
    roll.first = value
  }
  if (ts > roll.lastTs || (ts === roll.lastTs && seq > roll.lastSeq)) {
    roll.lastTs = ts
    roll.lastSeq = seq
    roll.last = value
  }
}

const least = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
const most = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)

/** The roll of both sets together, which share no point. */
export function mergeRolls(a: Roll, b: Roll): Roll {
  const [early] =
    a.firstTs < b.firstTs || (a.firstTs === b.firstTs && a.firstSeq < b.firstSeq) ? [a] : [b]
  const [late] = a.lastTs > b.lastTs || (a.lastTs === b.lastTs && a.lastSeq > b.lastSeq) ? [a] : [b]
  return {
    count: a.count + b.count,
    numeric: a.numeric + b.numeric,
    sum: a.sum + b.sum,
    min: least(a.min, b.min),
    max: most(a.max, b.max),
    firstTs: early.firstTs,
    firstSeq: early.firstSeq,
    first: early.first,
    lastTs: late.lastTs,
    lastSeq: late.lastSeq,
    last: late.last,
  }
}

/** Null where the aggregate has no meaning: the mean of strings. */
export function aggregateOf(roll: Roll, aggregate: Aggregate): Value | null {
  switch (aggregate) {
    case 'count':
      return roll.count
    case 'first':
      return roll.first
    case 'last':
      return roll.last
    case 'sum':
      return roll.numeric === 0 ? null : roll.sum
    case 'mean':
      return roll.numeric === 0 ? null : roll.sum / roll.numeric
    case 'min':
      return roll.min
    case 'max':
      return roll.max
    default:
      return exhausted(aggregate)
  }
}
