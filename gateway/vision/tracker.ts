import type { Detection } from '../../contracts/detections.ts'
import { iou } from '../../detectors/image.ts'
import type { TrackedObject } from '../model/input.ts'
import type { Tracker } from '../model/vision.ts'
import {
  beginTrack,
  centre,
  continueTrack,
  groupOf,
  labelOf,
  predictedBox,
  type Track,
} from './track.ts'
import { zonesOf } from './zones.ts'

export interface TrackerOptions {
  /** A track begins with at least this score and goes on with less (hysteresis). */
  readonly beginScore?: number
  readonly continueScore?: number
  /** Seen so often before it is reported; one is enough where frames are rare. */
  readonly hitsMin?: number
  /** Reported for so long after it was last seen: a detector blinks, an object does not, ms. */
  readonly coastMs?: number
  /** A standing object that was hidden for less keeps its id and its still time, ms. */
  readonly hiddenMaxMs?: number
  /** Objects followed at once; the ones seen longest ago make room. */
  readonly tracksMax?: number
}

const defaults = {
  beginScore: 0.4,
  continueScore: 0.2,
  hitsMin: 2,
  coastMs: 2_000,
  hiddenMaxMs: 20_000,
  tracksMax: 200,
} as const

/** Standing for so long makes it worth waiting for while it is hidden. */
const parkedAfterMs = 3_000
const overlapMin = 0.25
/** In sizes of the box: how far from its expected place an object may reappear without overlap. */
const reachSizes = 1.2
const duplicateOverlap = 0.6

/**
 * Follows objects of one camera by position alone, in the manner of ByteTrack: strong detections are
 * matched first, weak ones may only continue what was there. Ids are `{camera start, base 36}-{n}`.
 *
 * @param seed makes ids unique over restarts, such as the start time, epoch ms
 */
export function createTracker(seed: number, options: TrackerOptions = {}): Tracker {
  const settings = { ...defaults, ...options }
  let tracks: Track[] = []
  let count = 0
  let lastTs = Number.NEGATIVE_INFINITY
  let intervalMs = 0
  return {
    update({ widthPx, heightPx, detections }, frameTs, { zones }) {
      const ts = Math.max(frameTs, lastTs)
      // Where frames are rare, time limits stretch: two frames in a row must still meet.
      if (Number.isFinite(lastTs)) intervalMs = 0.7 * intervalMs + 0.3 * bounded(ts - lastTs)
      lastTs = ts
      const coastMs = Math.max(settings.coastMs, 2.5 * intervalMs)
      const hiddenMs = Math.max(settings.hiddenMaxMs, coastMs)
      tracks = tracks.filter(
        (track) => ts - track.lastSeenAt <= (isParked(track) ? hiddenMs : coastMs),
      )
      for (const found of associate(tracks, detections, ts, settings)) {
        count += 1
        tracks.push(beginTrack(`${seed.toString(36)}-${count.toString(36)}`, found, ts))
      }
      if (tracks.length > settings.tracksMax)
        tracks = tracks.toSorted((a, b) => b.lastSeenAt - a.lastSeenAt).slice(0, settings.tracksMax)
      const objects = tracks
        .filter((track) => track.hits >= settings.hitsMin && ts - track.lastSeenAt <= coastMs)
        .map((track) => {
          const inside = zonesOf(zones, track.detection.boxPx, widthPx, heightPx)
          return toObject(track, ts, inside)
        })
      return { objects, crossings: [] }
    },
  }
}

const bounded = (gapMs: number): number => Math.min(30_000, gapMs)
const isParked = (track: Track): boolean => track.lastSeenAt - track.stillSince >= parkedAfterMs

/** Continues what can be continued; returns the detections with which a track begins. */
function associate(
  tracks: readonly Track[],
  detections: readonly Detection[],
  ts: number,
  { beginScore, continueScore }: { readonly beginScore: number; readonly continueScore: number },
): Detection[] {
  const free = new Set(tracks)
  const unmatched = match(
    detections.filter((found) => found.score >= beginScore),
    free,
    ts,
  )
  match(
    detections.filter((found) => found.score >= continueScore && found.score < beginScore),
    free,
    ts,
  )
  const seen = tracks.filter((track) => !free.has(track)).map((track) => track.detection)
  const fresh: Detection[] = []
  for (const found of unmatched) {
    if (!isDuplicate(found, [...seen, ...fresh])) fresh.push(found)
  }
  return fresh
}

/** Greedy, best pair first. Takes matched tracks out of `free`; returns detections without one. */
function match(detections: readonly Detection[], free: Set<Track>, ts: number): Detection[] {
  const pairs: { readonly found: Detection; readonly track: Track; readonly gain: number }[] = []
  for (const track of free) {
    const expected = predictedBox(track, ts)
    for (const found of detections) {
      if (groupOf(found.label) !== track.group) continue
      const overlap = Math.max(iou(expected, found.boxPx), iou(track.detection.boxPx, found.boxPx))
      const gain = overlap >= overlapMin ? 1 + overlap : nearness(expected, found, track)
      if (gain > 0) pairs.push({ found, track, gain })
    }
  }
  pairs.sort((a, b) => b.gain - a.gain)
  const taken = new Set<Detection>()
  for (const { found, track } of pairs) {
    if (taken.has(found) || !free.has(track)) continue
    taken.add(found)
    free.delete(track)
    continueTrack(track, found, ts)
  }
  return detections.filter((found) => !taken.has(found))
}

/** 0..1 for an object of about the same size close to where it was expected, 0 beyond reach. */
function nearness(
  expected: readonly [number, number, number, number],
  found: Detection,
  track: Track,
): number {
  // What has parked does not jump: another car next to it is another car.
  if (isParked(track)) return 0
  const sizePx = Math.sqrt(Math.max(1, expected[2] * expected[3]))
  const foundPx = Math.sqrt(Math.max(1, found.boxPx[2] * found.boxPx[3]))
  const ratio = foundPx / sizePx
  if (ratio < 0.5 || ratio > 2) return 0
  const [ax, ay] = centre([...expected])
  const [bx, by] = centre(found.boxPx)
  return Math.max(0, 1 - Math.hypot(ax - bx, ay - by) / (reachSizes * sizePx))
}

/** One car seen as car and as truck at once is one object. */
const isDuplicate = (found: Detection, others: readonly Detection[]): boolean =>
  others.some(
    (other) =>
      groupOf(other.label) === groupOf(found.label) &&
      iou(other.boxPx, found.boxPx) > duplicateOverlap,
  )

function toObject(track: Track, ts: number, zones: readonly string[]): TrackedObject {
  const label = labelOf(track)
  return {
    trackId: track.id,
    label,
    score: track.detection.score,
    detection: { ...track.detection, label, trackId: track.id },
    zones,
    firstSeenAt: track.firstSeenAt,
    stillMs: ts - track.stillSince,
  }
}
