import type { WindowStatistic } from '../../../config/expression/expr.ts'
import { hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { Bounds, FlagOf, NumberOf, Scene } from './scene.ts'
import type { Series, Source } from './source.ts'
import type { Window } from './window.ts'

/** What a window came to; in `scene.sum` stands the rest. Null: nothing can be said. */
interface Seen {
  readonly source: Source
  readonly series: Series
  readonly window: Window
  /** It was fed since before it begins. */
  readonly whole: boolean
}

function look(scene: Scene, reading: number, place: number): Seen | null {
  const source = scene.member
  const series = source?.series[reading]
  const window = series?.windows[place]
  if (source === null || series === undefined || window === undefined || series.at === 0)
    return null
  window.gather(scene.now, scene.sum)
  return { source, series, window, whole: window.since <= scene.now - window.ms }
}

/** Nothing came in the window: the last value stands, as long as the device is alive. */
const isConstant = (scene: Scene): boolean => scene.sum.n === 0

type Side = 'low' | 'high'
const none = Number.NaN
const endless = Number.POSITIVE_INFINITY

/**
 * Statistics of a reading over the last `ms`, as bounds. What was not watched all through is not made up:
 * a greatest value may have been greater, a meter that was not read may have run.
 */
export function windowBounds(
  statistic: WindowStatistic,
  reading: number,
  place: number,
  ms: number,
): Bounds {
  const of = (answer: (scene: Scene, seen: Seen, side: Side) => number): Bounds => {
    const sided =
      (side: Side): NumberOf =>
      (scene) => {
        const seen = look(scene, reading, place)
        return seen === null ? none : answer(scene, seen, side)
      }
    return { low: sided('low'), high: sided('high') }
  }
  const one = (answer: (scene: Scene, seen: Seen) => number): Bounds => {
    const low = of(answer).low
    return { low, high: low }
  }
  switch (statistic) {
    case 'mean':
      return one((scene, seen) => {
        if (!isWatched(scene, seen, ms)) return none
        return isConstant(scene) ? seen.series.value : scene.sum.sum / scene.sum.n
      })
    case 'min':
    case 'max':
      return of((scene, seen, side) => extreme(scene, seen, side, statistic, ms))
    case 'change':
      return one(changeOf)
    case 'rate':
      return one((scene, seen) => rateOf(scene, seen, ms))
    case 'used':
      return of(usedOf)
    case 'times':
      return of((scene, seen, side) =>
        side === 'high' && !isWatched(scene, seen, ms) ? endless : scene.sum.up,
      )
    case 'still':
      return of((scene, seen, side) => {
        if (!isWatched(scene, seen, ms)) return side === 'low' ? 0 : endless
        const now = scene.now - Math.max(seen.series.riseAt, seen.window.since)
        return Math.min(Math.max(scene.sum.still, now), seen.window.ms * 1.05) / hourMs
      })
  }
}

const isWatched = (scene: Scene, { source, whole }: Seen, ms: number): boolean =>
  whole && source.covered(scene.now, ms)

function extreme(scene: Scene, seen: Seen, side: Side, which: 'min' | 'max', ms: number): number {
  const watched = isWatched(scene, seen, ms)
  if (isConstant(scene)) return watched ? seen.series.value : none
  const { min, max, before } = scene.sum
  if (which === 'max') {
    if (side === 'high' && !watched) return endless
    return before > max ? before : max
  }
  if (side === 'low' && !watched) return -endless
  return before < min ? before : min
}

/** From what it was as the window began to what it is. */
function changeOf(scene: Scene, { source, series, whole }: Seen): number {
  if (!whole || scene.now > source.aliveUntil) return none
  if (isConstant(scene)) return 0
  const { before, first } = scene.sum
  return series.value - (Number.isNaN(before) ? first : before)
}

/** Per minute, between the first and the last point of the window; points over less than half of it say nothing. */
function rateOf(scene: Scene, { source, series }: Seen, ms: number): number {
  const { n, first, firstAt } = scene.sum
  if (scene.now > source.aliveUntil || n < 2 || series.at - firstAt < ms / 2) return none
  return (series.value - first) / ((series.at - firstAt) / minuteMs)
}

/**
 * How far a cumulative meter has run. The step that began before the window counts for the upper bound
 * only; a meter that was set back, not read since the beginning or is silent may have run any amount.
 */
function usedOf(scene: Scene, { source, whole }: Seen, side: Side): number {
  const { up, upFirst, resets } = scene.sum
  if (side === 'low') return up - upFirst
  return whole && resets === 0 && scene.now <= source.aliveUntil ? up : endless
}

/** `quiet`: never true in the window. `held`: never false. Only a time that was watched can show either. */
export function windowFlag(
  statistic: 'quiet' | 'held',
  reading: number,
  place: number,
  ms: number,
): FlagOf {
  return (scene) => {
    const seen = look(scene, reading, place)
    if (seen === null) return 2
    const { n, min, max, before } = scene.sum
    const { value } = seen.series
    const broken =
      statistic === 'quiet'
        ? value === 1 || (n > 0 && (max === 1 || before === 1))
        : value === 0 || (n > 0 && (min === 0 || before === 0))
    if (broken) return scene.now > seen.source.aliveUntil && n === 0 ? 2 : 0
    return isWatched(scene, seen, ms) ? 1 : 2
  }
}
