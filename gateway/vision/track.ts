import type { BoxPx, Detection } from '../../contracts/detections.ts'
import type { LineSide } from './lines.ts'

/** Labels that a detector mixes up on one and the same object belong to one group. */
const groups: Readonly<Record<string, string>> = {
  car: 'vehicle',
  bus: 'vehicle',
  truck: 'vehicle',
  bicycle: 'two-wheeler',
  motorcycle: 'two-wheeler',
}
export const groupOf = (label: string): string => groups[label] ?? label

/** One object over time. Mutable; owned by one tracker. */
export interface Track {
  readonly id: string
  readonly group: string
  /** It did not come: it was there when nothing moved. */
  readonly native: boolean
  firstSeenAt: number
  lastSeenAt: number
  /** Seen so often. */
  hits: number
  detection: Detection
  /** Smoothed movement of the centre, pixels per ms. */
  velocity: [number, number]
  /** Score-weighted votes per label. */
  votes: Map<string, number>
  /** Where it was when it last moved, and since when it has stood there. */
  anchorPx: BoxPx
  stillSince: number
  /** Found by the last look of the models. */
  inLastLook: boolean
  /** By zone: since when it has been there, and when it last was. */
  readonly zoneTimes: Map<string, { since: number; seenAt: number }>
  /** What is known of it at each line. */
  readonly lineSides: Map<string, LineSide>
}

export function beginTrack(id: string, detection: Detection, ts: number, native = false): Track {
  return {
    id,
    native,
    group: groupOf(detection.label),
    firstSeenAt: ts,
    lastSeenAt: ts,
    hits: 1,
    detection,
    velocity: [0, 0],
    votes: new Map([[detection.label, detection.score]]),
    anchorPx: detection.boxPx,
    stillSince: ts,
    inLastLook: true,
    zoneTimes: new Map(),
    lineSides: new Map(),
  }
}

/** Box edges tremble by some percent from frame to frame; this much of the size is no movement. */
const stillShare = 0.15
const velocityWeight = 0.4

export function continueTrack(track: Track, detection: Detection, ts: number): void {
  const elapsedMs = Math.max(1, ts - track.lastSeenAt)
  const [fromX, fromY] = centre(track.detection.boxPx)
  const [toX, toY] = centre(detection.boxPx)
  track.velocity = [
    blend(track.velocity[0], (toX - fromX) / elapsedMs),
    blend(track.velocity[1], (toY - fromY) / elapsedMs),
  ]
  track.detection = detection
  track.lastSeenAt = ts
  track.hits += 1
  track.inLastLook = true
  vote(track.votes, detection)
  if (movedFrom(track.anchorPx, detection.boxPx)) {
    track.anchorPx = detection.boxPx
    track.stillSince = ts
  }
}

const blend = (old: number, now: number): number => old + velocityWeight * (now - old)

/**
 * Nothing moved since the last look, so what that one found is still there and has stopped; no models
 * looked, so it counts as no further hit.
 */
export function coastTrack(track: Track, ts: number): void {
  if (!track.inLastLook) return
  track.lastSeenAt = ts
  track.velocity = [0, 0]
}

/** The camera's clock was set by `byMs`: what was before is told in its new time. */
export function shiftTrack(track: Track, byMs: number): void {
  track.firstSeenAt += byMs
  track.lastSeenAt += byMs
  track.stillSince += byMs
  for (const times of track.zoneTimes.values()) {
    times.since += byMs
    times.seenAt += byMs
  }
}

/**
 * Since when it has been in each of these zones, in their order.
 *
 * @param edgeMs at the edge of a zone a box trembles in and out: so long out of it is still in it; longer
 *   than the time between two frames, else nobody would ever stay
 */
export function noteZones(
  track: Track,
  zones: readonly string[],
  ts: number,
  edgeMs: number,
): number[] {
  for (const [zone, times] of track.zoneTimes)
    if (ts - times.seenAt > edgeMs) track.zoneTimes.delete(zone)
  return zones.map((zone) => {
    const times = track.zoneTimes.get(zone) ?? { since: ts, seenAt: ts }
    track.zoneTimes.set(zone, { ...times, seenAt: ts })
    return times.since
  })
}

/** Fades old votes, so that a track is called what it looks like now. */
function vote(votes: Map<string, number>, detection: Detection): void {
  for (const [label, weight] of votes) votes.set(label, weight * 0.9)
  votes.set(detection.label, (votes.get(detection.label) ?? 0) + detection.score)
}

export const labelOf = (track: Track): string =>
  [...track.votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? track.detection.label

export function centre(boxPx: BoxPx): [number, number] {
  return [boxPx[0] + boxPx[2] / 2, boxPx[1] + boxPx[3] / 2]
}

/** Ground point against ground point: the lower edge stays put when somebody opens a car's boot. */
function movedFrom(anchorPx: BoxPx, boxPx: BoxPx): boolean {
  const dx = boxPx[0] + boxPx[2] / 2 - (anchorPx[0] + anchorPx[2] / 2)
  const dy = boxPx[1] + boxPx[3] - (anchorPx[1] + anchorPx[3])
  const sizePx = Math.sqrt(Math.max(1, anchorPx[2] * anchorPx[3]))
  return Math.hypot(dx, dy) > stillShare * sizePx
}

/** Where it would be at `ts` if it went on; a standing object is not carried off by noise. */
export function predictedBox(track: Track, ts: number): BoxPx {
  const [left, top, widthPx, heightPx] = track.detection.boxPx
  const elapsedMs = Math.min(1_000, Math.max(0, ts - track.lastSeenAt))
  return [
    left + track.velocity[0] * elapsedMs,
    top + track.velocity[1] * elapsedMs,
    widthPx,
    heightPx,
  ]
}
