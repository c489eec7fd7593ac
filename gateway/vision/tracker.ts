import type { Detection } from '../../contracts/detections.ts'
import { iou } from '../../detectors/image.ts'
import type { Crossing, TrackedObject } from '../model/input.ts'
import type { Tracked, Tracker } from '../model/vision.ts'
import { Arrivals } from './arrivals.ts'
import { crossingGroup, passLines, type Point } from './lines.ts'
import {
  beginTrack,
  centre,
  coastTrack,
  continueTrack,
  groupOf,
  labelOf,
  noteZones,
  predictedBox,
  shiftTrack,
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
  /** One that comes back within so long, where it was going, is the same one (stitching), ms. */
  readonly stitchMs?: number
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
  stitchMs: 5_000,
  hiddenMaxMs: 20_000,
  tracksMax: 200,
} as const
type Settings = Required<TrackerOptions>

/** Standing for so long makes it worth waiting for while it is hidden. */
const parkedAfterMs = 3_000
const overlapMin = 0.25
/** In sizes of the box: how far from its expected place an object may reappear without overlap. */
const reachSizes = 1.2
const duplicateOverlap = 0.6

/**
 * Follows objects of one camera by position alone, in the manner of ByteTrack (Zhang et al., 2022):
 * strong detections are matched first, weak ones may only continue what was there. Ids are
 * `{camera start, base 36}-{n}`. A frame at which the motion gate stayed shut leaves all as it was.
 *
 * @param seed makes ids unique over restarts, such as the start time, epoch ms
 */
export const createTracker = (seed: number, options: TrackerOptions = {}): Tracker =>
  new PositionTracker(seed, { ...defaults, ...options })

class PositionTracker implements Tracker {
  readonly #seed: string
  readonly #settings: Settings
  #tracks: Track[] = []
  #count = 0
  #lastTs = Number.NEGATIVE_INFINITY
  #lastReceivedAt: number | null = null
  #intervalMs = 0
  readonly #arrivals = new Arrivals()

  constructor(seed: number, settings: Settings) {
    this.#seed = seed.toString(36)
    this.#settings = settings
  }

  update(
    analysis: Parameters<Tracker['update']>[0],
    frameTs: number,
    { zones, lines = [] }: Parameters<Tracker['update']>[2],
    receivedAt?: number,
  ): Tracked {
    const { widthPx, heightPx, detections, motion } = analysis
    this.#followClock(frameTs, receivedAt ?? null)
    const ts = this.#stepTo(frameTs)
    if (motion?.shut === true) for (const track of this.#tracks) coastTrack(track, ts)
    // Where frames are rare, time limits stretch: two frames in a row must still meet.
    const coastMs = Math.max(this.#settings.coastMs, 2.5 * this.#intervalMs)
    this.#forget(ts, coastMs)
    if (motion?.shut !== true) this.#look(detections, ts, this.#arrivals.isNative(motion, ts))
    // The time in a zone runs from the first sight, though the first is not told yet.
    const objects = this.#tracks
      .filter((track) => ts - track.lastSeenAt <= coastMs)
      .map((track) => ({
        track,
        object: toObject(
          track,
          ts,
          zonesOf(zones, track.detection.boxPx, widthPx, heightPx),
          coastMs,
        ),
      }))
      .flatMap(({ track, object }) => (track.hits >= this.#settings.hitsMin ? [object] : []))
    return { objects, crossings: this.#crossings(lines, widthPx, heightPx, ts) }
  }

  /** A clock that is set must neither stop the time of what stands there nor let it vanish. */
  #followClock(frameTs: number, receivedAt: number | null): void {
    const before = this.#lastReceivedAt
    this.#lastReceivedAt = receivedAt
    const passedMs = receivedAt === null || before === null ? null : receivedAt - before
    const byMs = clockSetBy(frameTs - this.#lastTs, passedMs)
    if (byMs === 0) return
    for (const track of this.#tracks) shiftTrack(track, byMs)
    this.#lastTs += byMs
  }

  #stepTo(frameTs: number): number {
    const ts = Math.max(frameTs, this.#lastTs)
    if (Number.isFinite(this.#lastTs))
      this.#intervalMs = 0.7 * this.#intervalMs + 0.3 * bounded(ts - this.#lastTs)
    this.#lastTs = ts
    return ts
  }

  /** Seen twice in one place, where frames are rare, is no standing. */
  #parkedMs(): number {
    return Math.max(parkedAfterMs, 2.5 * this.#intervalMs)
  }

  #forget(ts: number, coastMs: number): void {
    const goneMs = Math.max(this.#settings.stitchMs, coastMs)
    const hiddenMs = Math.max(this.#settings.hiddenMaxMs, coastMs)
    this.#tracks = this.#tracks.filter((track) => {
      const limitMs = isParked(track, this.#parkedMs())
        ? hiddenMs
        : track.hits > 1
          ? goneMs
          : coastMs
      return ts - track.lastSeenAt <= limitMs
    })
  }

  #look(detections: readonly Detection[], ts: number, native: boolean): void {
    for (const track of this.#tracks) track.inLastLook = false
    const settings = { ...this.#settings, parkedMs: this.#parkedMs() }
    for (const found of associate(this.#tracks, detections, ts, settings)) {
      this.#count += 1
      this.#tracks.push(beginTrack(`${this.#seed}-${this.#count.toString(36)}`, found, ts, native))
    }
    if (this.#tracks.length > this.#settings.tracksMax)
      this.#tracks = this.#tracks
        .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)
        .slice(0, this.#settings.tracksMax)
  }

  /** Only what was seen in this very frame can have passed a line with it. */
  #crossings(
    lines: Parameters<typeof passLines>[0],
    widthPx: number,
    heightPx: number,
    ts: number,
  ): Crossing[] {
    if (lines.length === 0) return []
    const found: Crossing[] = []
    for (const track of this.#tracks) {
      const group = crossingGroup(track.group)
      if (group === null || !track.inLastLook || track.lastSeenAt !== ts) continue
      const [left, top, wide, high] = track.detection.boxPx
      const ground: Point = [(left + wide / 2) / widthPx, (top + high) / heightPx]
      for (const passed of passLines(lines, track.lineSides, ground, heightPx / widthPx)) {
        if (track.hits < this.#settings.hitsMin) continue
        found.push({ ...passed, trackId: track.id, group })
      }
    }
    return found
  }
}

/** Frames may overtake each other by less, ms. */
const disorderMaxMs = 5_000
/** A longer leap of the camera's time in which next to none of ours has passed was no pause. */
const leapMinMs = 3_600_000

/** By how much the camera's clock was set between two frames, ms; 0: it was not. */
function clockSetBy(stepMs: number, passedMs: number | null): number {
  if (stepMs < -disorderMaxMs) return stepMs - Math.max(0, passedMs ?? 0)
  if (passedMs === null || !Number.isFinite(stepMs) || stepMs < leapMinMs) return 0
  return passedMs < disorderMaxMs ? stepMs - Math.max(0, passedMs) : 0
}

const bounded = (gapMs: number): number => Math.min(30_000, gapMs)
const isParked = (track: Track, afterMs: number): boolean =>
  track.lastSeenAt - track.stillSince >= afterMs

/** Continues what can be continued; returns the detections with which a track begins. */
function associate(
  tracks: readonly Track[],
  detections: readonly Detection[],
  ts: number,
  { beginScore, continueScore, parkedMs }: Settings & { readonly parkedMs: number },
): Detection[] {
  const free = new Set(tracks)
  const unmatched = match(
    detections.filter((found) => found.score >= beginScore),
    free,
    ts,
    parkedMs,
  )
  match(
    detections.filter((found) => found.score >= continueScore && found.score < beginScore),
    free,
    ts,
    parkedMs,
  )
  const seen = tracks.filter((track) => !free.has(track)).map((track) => track.detection)
  const fresh: Detection[] = []
  for (const found of unmatched) {
    if (!isDuplicate(found, [...seen, ...fresh])) fresh.push(found)
  }
  return fresh
}

/** Greedy, best pair first. Takes matched tracks out of `free`; returns detections without one. */
function match(
  detections: readonly Detection[],
  free: Set<Track>,
  ts: number,
  parkedMs: number,
): Detection[] {
  const pairs: { readonly found: Detection; readonly track: Track; readonly gain: number }[] = []
  for (const track of free) {
    const expected = predictedBox(track, ts)
    for (const found of detections) {
      if (groupOf(found.label) !== track.group) continue
      const overlap = Math.max(iou(expected, found.boxPx), iou(track.detection.boxPx, found.boxPx))
      // What has parked does not jump: another car next to it is another car.
      const near = isParked(track, parkedMs) ? 0 : nearness(expected, found)
      const gain = overlap >= overlapMin ? 1 + overlap : near
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
function nearness(expected: readonly [number, number, number, number], found: Detection): number {
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

function toObject(
  track: Track,
  ts: number,
  zones: readonly string[],
  coastMs: number,
): TrackedObject {
  const label = labelOf(track)
  return {
    trackId: track.id,
    label,
    score: track.detection.score,
    detection: { ...track.detection, label, trackId: track.id },
    zones,
    zonesSince: noteZones(track, zones, ts, coastMs),
    firstSeenAt: track.firstSeenAt,
    stillMs: ts - track.stillSince,
    ...(track.native ? { native: true } : {}),
  }
}
