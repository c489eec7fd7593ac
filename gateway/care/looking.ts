import type { RosterDevice } from '../../contracts/roster.ts'
import { expectedMaxMs } from '../model/cadence.ts'
import type { CareDesk } from './care-desk.ts'
import { clip, type Interval, merge, total } from './intervals.ts'
import { isPowerOnly } from './meters.ts'
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

/** Motion and water notice whoever is at home; a door, and a camera before it, only who comes and goes. */
const seesInside = ({ able }: Source): boolean => able.has('motion') || able.has('waterMeter')

/**
 * Which of these look for somebody. What a door or a power meter does not show is no silence where the home has
 * sensors that see who stays in: while those are dead, nobody looks.
 */
export function lookersOf<T extends { readonly source: Source; readonly device: RosterDevice }>(
  sources: readonly T[],
): readonly T[] {
  const best = sources.filter(({ source, device }) => seesInside(source) || filmsHome(device))
  if (best.length > 0) return best
  const others = sources.filter(({ source }) => !isPowerOnly(source))
  return others.length > 0 ? others : sources
}

/** A camera of the home that looks into it. */
const filmsHome = ({ household, camera }: RosterDevice): boolean =>
  household !== null && camera !== null && camera.areaType === 'other'
