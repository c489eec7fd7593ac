import type { CameraRule, TrackRule } from '../../config/rules.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Effect } from '../model/effect.ts'
import type { CameraStateFact, CoverageFact, SightingFact } from '../model/input.ts'
import { type Cell, cellOf, type DeviceEntry, rest, selects } from './cell.ts'
import { clearOf, raiseOf } from './report.ts'
import { isHealths, type RuleDesk } from './rule-desk.ts'
import { watchZone, type Zone, zoneEmpty } from './track.ts'

const nothing: readonly Effect[] = []

/**
 * What is wrong with the pictures, by the camera hub. That there are none at all is judged in
 * gateway/device-health; a camera that was never seen to work is one that nobody has connected yet.
 */
export function applyCameraState(desk: RuleDesk, fact: CameraStateFact): readonly Effect[] {
  const entry = desk.entry(fact.community, fact.camera)
  if (entry === null || entry.device === null) return nothing
  if (!entry.worked && fact.state !== 'offline') {
    entry.worked = true
    desk.touch(entry)
  }
  let effects = nothing
  for (const rule of desk.rulesIn(fact.community)) {
    if (rule.kind !== 'camera' || isHealths(rule) || !selects(rule, entry.device)) continue
    const cell = cellOf(entry, rule)
    const came =
      rule.state === fact.state
        ? bad(desk, cell, rule, fact, entry)
        : good(desk, cell, fact.receivedAt)
    if (came.length > 0) effects = [...effects, ...came]
  }
  return effects
}

function bad(
  desk: RuleDesk,
  cell: Cell,
  rule: CameraRule,
  fact: CameraStateFact,
  entry: DeviceEntry,
): readonly Effect[] {
  if (cell.phase !== 'idle' || !entry.worked) return nothing
  cell.phase = 'pending'
  cell.since = Math.min(fact.since, fact.receivedAt)
  cell.heardAt = fact.receivedAt
  cell.dueAt = Math.max(cell.since + rule.forMs, fact.receivedAt, desk.settledAt)
  desk.changed(cell)
  if (cell.dueAt > fact.receivedAt) return nothing
  cell.dueAt = null
  return fireCamera(desk, cell, rule)
}

function good(desk: RuleDesk, cell: Cell, at: number): readonly Effect[] {
  if (cell.phase === 'idle') return nothing
  const stood = cell.phase === 'active'
  rest(cell)
  desk.changed(cell)
  return stood
    ? desk.cleared(cell, clearOf(cell, at, [], { zh: '画面恢复了', en: 'Picture is back' }))
    : nothing
}

const sinceTexts: Readonly<Record<CameraRule['state'], LocalText>> = {
  offline: { zh: '最后一帧', en: 'Last frame' },
  frozen: { zh: '画面从此不动', en: 'Frozen since' },
  covered: { zh: '镜头从此被遮', en: 'Covered since' },
  defocused: { zh: '画面从此模糊', en: 'Out of focus since' },
  moved: { zh: '镜头从此转向', en: 'Turned away since' },
}

export function fireCamera(desk: RuleDesk, cell: Cell, rule: CameraRule): readonly Effect[] {
  const { entry } = cell
  cell.phase = 'active'
  desk.changed(cell)
  const evidence: Evidence[] = [
    {
      kind: 'event',
      device: entry.id,
      ts: cell.since,
      type: 'camera.state',
      text: sinceTexts[rule.state],
    },
  ]
  const subject = { kind: 'camera', id: entry.id, name: entry.device?.name ?? entry.id } as const
  return desk.raised(
    cell,
    raiseOf(cell, { at: cell.since + rule.forMs, heldMs: rule.forMs, evidence, subject }),
  )
}

/** Zones of an analysed frame. */
export function applySighting(desk: RuleDesk, seen: SightingFact): readonly Effect[] {
  if (seen.receivedAt - seen.ts > desk.book.lateAfterMs) return nothing
  return eachZone(desk, seen.community, seen.camera, (cell, rule, zone) =>
    watchZone(cell, rule, zone, seen),
  )
}

/** The camera looked until `to`; what it saw would have come as sightings. */
export const applyCoverage = (desk: RuleDesk, { community, device, to }: CoverageFact) =>
  eachZone(desk, community, device, (cell, rule) => zoneEmpty(cell, rule, to))

function eachZone(
  desk: RuleDesk,
  community: string,
  camera: string,
  look: (cell: Cell, rule: TrackRule, zone: Zone) => Effect[],
): readonly Effect[] {
  const entry = desk.entry(community, camera)
  const zones = entry?.device?.camera?.zones
  if (entry === null || entry.device === null || zones === undefined) return nothing
  const effects: Effect[] = []
  for (const rule of desk.rulesIn(community)) {
    if (rule.kind !== 'track' || !selects(rule, entry.device)) continue
    for (const zone of zones) {
      if (zone.kind !== rule.zoneKind) continue
      const cell = cellOf(entry, rule, zone.id)
      const { phase, presentAt, shown, frame } = cell
      const came = look(cell, rule, zone)
      const same =
        phase === cell.phase &&
        presentAt === cell.presentAt &&
        shown === cell.shown &&
        frame === cell.frame
      if (!same) desk.changed(cell)
      for (const effect of came)
        effects.push(
          ...(effect.kind === 'raise' ? desk.raised(cell, effect) : desk.cleared(cell, effect)),
        )
    }
  }
  return effects
}
