import type { TrackRule } from '../../config/rules.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { SightingFact, TrackedObject } from '../model/input.ts'
import type { Effect } from '../model/effect.ts'
import { inSchedule } from '../model/week-window.ts'
import { type Cell, rest } from './cell.ts'
import { clearOf, raiseOf } from './report.ts'

export type Zone = CameraSettings['zones'][number]

/** Above this a camera's clock has been set back, it is no disorder. */
const clockStepMs = 10_000

const isThere = (rule: TrackRule, zone: Zone, object: TrackedObject, ts: number): boolean =>
  rule.labels.includes(object.label) &&
  object.score >= rule.scoreMin &&
  object.zones.includes(zone.id) &&
  !(rule.came && object.native === true && object.stillMs >= ts - object.firstSeenAt)

/** How long an object has been in the zone, ms; 0 where nobody has counted. */
function dwellMs(zone: Zone, object: TrackedObject, ts: number): number {
  const since = object.zonesSince?.[object.zones.indexOf(zone.id)]
  return since === undefined ? 0 : Math.max(0, ts - since)
}

/** How long it has done what the rule is about, ms; null where it does not. */
function heldBy(rule: TrackRule, zone: Zone, object: TrackedObject, ts: number): number | null {
  if (!isThere(rule, zone, object, ts)) return null
  const dwelt = dwellMs(zone, object, ts)
  if (rule.measure === 'present') return dwelt
  const held = rule.measure === 'still' ? object.stillMs : dwelt
  return held < rule.stillMs ? null : held
}

interface Subject {
  readonly object: TrackedObject
  readonly heldMs: number
}

/** The one that has done it longest, the first of equals; null where too few do it. */
function subjectIn(rule: TrackRule, zone: Zone, seen: SightingFact): Subject | null {
  let longest: Subject | null = null
  let count = 0
  for (const object of seen.objects) {
    const heldMs = heldBy(rule, zone, object, seen.ts)
    if (heldMs === null) continue
    count += 1
    if (longest === null || heldMs > longest.heldMs) longest = { object, heldMs }
  }
  return count < rule.countMin ? null : longest
}

/** What has begun goes on with fewer: of a crowd one or two are always hidden. */
const goesOn = (rule: TrackRule, zone: Zone, seen: SightingFact): boolean =>
  seen.objects.filter((object) => isThere(rule, zone, object, seen.ts)).length >=
  Math.max(1, Math.floor(rule.countMin * 0.7))

const looksNow = (rule: TrackRule, zone: Zone, ts: number): boolean =>
  inSchedule(rule.schedule ?? [], ts, rule.utcOffsetMinutes) &&
  inSchedule(zone.schedule ?? [], ts, rule.utcOffsetMinutes)

function frameOf(zone: Zone, seen: SightingFact, subject: TrackedObject): Evidence | null {
  if (seen.evidenceSha256 === null) return null
  return {
    kind: 'frame',
    device: seen.camera,
    ts: seen.ts,
    sha256: seen.evidenceSha256,
    ...(seen.boxesSha256 === undefined ? {} : { boxesSha256: seen.boxesSha256 }),
    widthPx: seen.widthPx,
    heightPx: seen.heightPx,
    subjectPx: subject.detection.boxPx,
    detections: seen.objects
      .slice(0, 100)
      .map(({ detection, trackId }) => ({ ...detection, trackId })),
    zone: zone.polygon,
    models: [...seen.models].slice(0, 8),
  }
}

const vehicles: ReadonlySet<string> = new Set(['car', 'truck', 'bus', 'motorcycle', 'bicycle'])
const goneText = (rule: TrackRule): LocalText =>
  rule.labels.every((label) => vehicles.has(label))
    ? { zh: '车已开走', en: 'The vehicle has left' }
    : { zh: '区域内已无人', en: 'The zone is empty again' }

/** Nobody was seen in the zone up to `ts`. */
export function zoneEmpty(cell: Cell, rule: TrackRule, ts: number): Effect[] {
  if (cell.presentAt === 0 || ts - cell.presentAt < rule.vanishMs) return []
  const wasActive = cell.phase === 'active'
  cell.presentAt = 0
  rest(cell)
  return wasActive ? [clearOf(cell, ts, [], goneText(rule))] : []
}

/**
 * Something stands, stays or gathers in a zone for `forMs`. What counts is the zone, not the track: a lost track or another
 * vehicle in the same spot within `vanishMs` goes on counting. Only frames make it grow, so a dark camera
 * neither raises nor clears. Both clocks must agree on the duration: a camera clock that jumps ahead
 * raises nothing.
 */
export function watchZone(cell: Cell, rule: TrackRule, zone: Zone, seen: SightingFact): Effect[] {
  if (cell.presentAt - seen.ts > clockStepMs && cell.phase !== 'active') {
    cell.presentAt = 0
    rest(cell)
  }
  const looks = looksNow(rule, zone, seen.ts)
  const subject = looks ? subjectIn(rule, zone, seen) : null
  const occupied =
    subject !== null || (looks && cell.phase === 'active' && goesOn(rule, zone, seen))
  if (!occupied) return zoneEmpty(cell, rule, seen.ts)
  // What began before a gap without frames is not known to have lasted.
  if (cell.phase === 'pending' && seen.ts - cell.presentAt >= rule.vanishMs) rest(cell)
  cell.presentAt = Math.max(cell.presentAt, seen.ts)
  if (subject === null) return []
  if (cell.phase === 'idle') {
    cell.phase = 'pending'
    // It is noticed about when it counts; a longer past is a clock that has jumped.
    const heldMs = rule.measure === 'present' ? 0 : Math.min(subject.heldMs, 2 * rule.stillMs)
    cell.since = seen.ts - heldMs
    cell.heardAt = seen.receivedAt - heldMs
    cell.shown = false
  }
  // Many who pass one after the other keep a zone occupied; none of them loiters.
  if (rule.measure === 'dwell' && cell.phase === 'pending' && subject.heldMs < rule.forMs) {
    cell.frame = frameOf(zone, seen, subject.object) ?? cell.frame
    return []
  }
  return ripen(cell, rule, zone, seen, subject.object)
}

function ripen(
  cell: Cell,
  rule: TrackRule,
  zone: Zone,
  seen: SightingFact,
  subject: TrackedObject,
): Effect[] {
  const heldMs = Math.min(seen.ts - cell.since, seen.receivedAt - cell.heardAt)
  cell.frame = frameOf(zone, seen, subject) ?? cell.frame
  const evidence = cell.frame === null ? [] : [cell.frame]
  const report = () =>
    raiseOf(cell, { at: cell.since + rule.forMs, heldMs, evidence, zoneName: zone.name })
  if (cell.phase === 'active') {
    // It went up without a picture: the first one that is kept follows.
    if (cell.shown || evidence.length === 0) return []
    cell.shown = true
    return [report()]
  }
  if (heldMs < rule.forMs) return []
  if (evidence.length === 0 && heldMs < rule.forMs + rule.evidenceWaitMs) return []
  cell.phase = 'active'
  cell.shown = evidence.length > 0
  return [report()]
}
