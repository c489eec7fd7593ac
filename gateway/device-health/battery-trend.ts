import { dayMs, hourMs } from '../../contracts/clock.ts'

/** Charge over time, sparse: at most `pointsMax`, at least half a day apart. */
export type BatteryPoints = readonly (readonly [at: number, percent: number])[]

export interface BatteryTrend {
  readonly percent: number
  /** Percent per day, below 0 while it empties; null while nobody can say. */
  readonly perDay: number | null
  /** Until `emptyPercent`; null where it does not empty, or nobody can say. */
  readonly daysLeft: number | null
}

const pointsMax = 16
const apartMs = 12 * hourMs
/** A rise by so much is a new battery. */
const renewed = 20
const trendAfterMs = 3 * dayMs
/** Most radios give up at about this charge. */
const emptyPercent = 5
const daysMax = 3_650

/** The last point is the present one; it becomes a fixed one when it lies half a day from the one before. */
export function noteBattery(points: BatteryPoints, at: number, percent: number): BatteryPoints {
  const last = points.at(-1)
  if (last === undefined || percent - last[1] >= renewed) return [[at, percent]]
  const before = points.at(-2)
  const keep = before === undefined || last[0] - before[0] >= apartMs
  return [...(keep ? points : points.slice(0, -1)), [at, percent] as const].slice(-pointsMax)
}

/** Median of the slopes between all points: one wrong report bends nothing. */
export function batteryTrend(points: BatteryPoints): BatteryTrend | null {
  const last = points.at(-1)
  const first = points[0]
  if (last === undefined || first === undefined) return null
  const percent = last[1]
  if (last[0] - first[0] < trendAfterMs) return { percent, perDay: null, daysLeft: null }
  const slopes: number[] = []
  for (const [index, [at, value]] of points.entries())
    for (const [later, laterValue] of points.slice(index + 1))
      if (later - at >= apartMs) slopes.push((dayMs * (laterValue - value)) / (later - at))
  slopes.sort((a, b) => a - b)
  const perDay = slopes[Math.floor(slopes.length / 2)] ?? 0
  const left = perDay < 0 ? Math.max(0, percent - emptyPercent) / -perDay : Number.POSITIVE_INFINITY
  return {
    percent,
    perDay: Math.round(perDay * 100) / 100,
    daysLeft: left > daysMax ? null : Math.round(left),
  }
}
