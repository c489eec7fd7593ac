import { minuteMs } from '../../../contracts/clock.ts'
import type { ExpressionDesk } from './desk.ts'

/** A pause of ours that is longer than this is a hole in every watch. */
const holeMs = 5 * minuteMs

/** We were not there from `from` to `to`: it is no silence of theirs, and nobody listened. */
export function pauseEnded(desk: ExpressionDesk, from: number, to: number, settleMs: number): void {
  const pauseMs = Math.max(0, to - from)
  desk.settledAt = to + settleMs
  desk.metaDirty = true
  for (const source of desk.each()) {
    if (source.seenAt > 0) source.seenAt += pauseMs
    if (pauseMs > holeMs) source.coveredSince = Math.max(source.coveredSince, to)
    source.reckon()
    desk.dirtySources.add(source)
  }
  for (const watch of desk.watches.values())
    if (watch.ripeAt !== null) desk.ripen(watch, Math.max(watch.ripeAt, to + desk.lateSettleMs))
}

/** Our own clock was set back: nothing lies in the future, and no deadline further ahead than its duration. */
export function clockSetBack(desk: ExpressionDesk, now: number): void {
  desk.lookingAt = now
  desk.settledAt = Math.min(desk.settledAt, now)
  desk.metaDirty = true
  for (const source of desk.each()) {
    source.seenAt = Math.min(source.seenAt, now)
    source.coveredSince = Math.min(source.coveredSince, now)
    if (source.clock !== null) source.clock = { ...source.clock, receivedAt: now }
    source.reckon()
    desk.dirtySources.add(source)
    for (const series of source.series) {
      if (series === undefined) continue
      series.ts = Math.min(series.ts, now)
      series.at = Math.min(series.at, now)
      series.riseAt = Math.min(series.riseAt, now)
      for (const window of series.windows) window.forgetAfter(now)
      desk.dirtySeries.set(series, source)
    }
  }
  for (const watch of desk.watches.values()) {
    const { forMs, clearForMs } = watch.rule.rule
    watch.since = Math.min(watch.since, now)
    if (watch.ripeAt !== null)
      desk.ripen(watch, Math.min(watch.ripeAt, now + Math.max(forMs, clearForMs)))
    desk.lookLater(watch)
  }
}
