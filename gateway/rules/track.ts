import type { TrackRule } from '../../config/rules.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { SightingFact, TrackedObject } from '../model/input.ts'
import type { Effect } from '../model/effect.ts'
import { type Cell, rest } from './cell.ts'
import { clearOf, raiseOf } from './report.ts'

export type Zone = CameraSettings['zones'][number]

/** Above this a camera's clock has been set back, it is no disorder. */
const clockStepMs = 10_000

const isThere = (rule: TrackRule, zone: Zone, object: TrackedObject): boolean =>
  rule.labels.includes(object.label) &&
  object.score >= rule.scoreMin &&
  object.zones.includes(zone.id)

/** The one that has stood longest; the first of equals. */
function standingIn(rule: TrackRule, zone: Zone, seen: SightingFact): TrackedObject | null {
  let longest: TrackedObject | null = null
  for (const object of seen.objects) {
    if (!isThere(rule, zone, object) || object.stillMs < rule.stillMs) continue
    if (longest === null || object.stillMs > longest.stillMs) longest = object
  }
  return longest
}

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

/** Nobody was seen in the zone up to `ts`. */
export function zoneEmpty(cell: Cell, rule: TrackRule, ts: number): Effect[] {
  if (cell.presentAt === 0 || ts - cell.presentAt < rule.vanishMs) return []
  const wasActive = cell.phase === 'active'
  cell.presentAt = 0
  rest(cell)
  return wasActive ? [clearOf(cell, ts, [], { zh: '车已开走', en: 'The vehicle has left' })] : []
}

/**
 * Something stands in a zone for `forMs`. What counts is the zone, not the track: a lost track or another
 * vehicle in the same spot within `vanishMs` goes on counting. Only frames make it grow, so a dark camera
 * neither raises nor clears. Both clocks must agree on the duration: a camera clock that jumps ahead
 * raises nothing.
 */
export function watchZone(cell: Cell, rule: TrackRule, zone: Zone, seen: SightingFact): Effect[] {
  if (cell.presentAt - seen.ts > clockStepMs && cell.phase !== 'active') {
    cell.presentAt = 0
    rest(cell)
  }
  const standing = standingIn(rule, zone, seen)
  const occupied =
    standing !== null ||
    (cell.phase === 'active' && seen.objects.some((object) => isThere(rule, zone, object)))
  if (!occupied) return zoneEmpty(cell, rule, seen.ts)
  // What began before a gap without frames is not known to have lasted.
  if (cell.phase === 'pending' && seen.ts - cell.presentAt >= rule.vanishMs) rest(cell)
  cell.presentAt = Math.max(cell.presentAt, seen.ts)
  if (standing === null) return []
  if (cell.phase === 'idle') {
    cell.phase = 'pending'
    // It is noticed about when it counts as standing; a longer past is a clock that has jumped.
    const stoodMs = Math.min(standing.stillMs, 2 * rule.stillMs)
    cell.since = seen.ts - stoodMs
    cell.heardAt = seen.receivedAt - stoodMs
    cell.shown = false
  }
  return ripen(cell, rule, zone, seen, standing)
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
