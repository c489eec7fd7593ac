import { expectedMaxMs } from '../model/cadence.ts'
import type { CareDesk } from './care-desk.ts'
import { clip, type Interval, merge, total } from './intervals.ts'
import { covered, type Source } from './source.ts'

/** How long a source may still be silent and count as looking; null where nobody knows how often it speaks. */
export function tailMs(desk: CareDesk, source: Source): number | null {
  const { intervalMs } = source
  if (intervalMs !== null) return desk.settings.tailFactor * intervalMs
  return expectedMaxMs(source.cadence)
}

/** The time since its last message, while it is not overdue. */
export function looksUntil(desk: CareDesk, source: Source, now: number): Interval[] {
  const { last } = source
  const allowedMs = tailMs(desk, source)
  if (last === null || allowedMs === null || source.sick.at(-1)?.until === null) return []
  return now - last.at <= allowedMs && now > last.at ? [[last.at, now]] : []
}

/** Share of `[from, to]` in which at least one of these looked. */
export function lookedShare(
  desk: CareDesk,
  sources: readonly Source[],
  from: number,
  to: number,
): number {
  if (to <= from) return 1
  const spans = sources.flatMap((source) => [...covered(source), ...looksUntil(desk, source, to)])
  return total(clip(merge(spans), from, to)) / (to - from)
}
