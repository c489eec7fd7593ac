import type { AnomalyType, Evidence } from '../../contracts/anomaly.ts'
import type { Rule } from '../../config/rules.ts'
import { type Cell, cellOf, createEntry, type DeviceEntry, type Phase, type Value } from './cell.ts'

/** Rows as they stand in the state table. Written by ourselves, so trusted. */
interface SavedEntry {
  readonly s: number | null
  readonly w: boolean
  readonly i: number | null
  readonly c: readonly [number, number | null, number, boolean] | null
  readonly l: Readonly<Record<string, readonly [number, number | null]>>
}
interface SavedCell {
  readonly p: Phase
  readonly d: number | null
  readonly t: number
  readonly h: number
  readonly v: Value | null
  readonly w: number
  readonly a: number
  readonly f: boolean
  readonly e: Evidence | null
  /** Anomaly and version of the rule; left out in rows from before rules could change while they run. */
  readonly y?: AnomalyType
  readonly g?: string
}

export const entryPrefix = 'rules/device/'
export const cellPrefix = 'rules/cell/'

export function saveEntry(entry: DeviceEntry): string {
  const { clock } = entry
  const saved: SavedEntry = {
    s: entry.seenAt,
    w: entry.worked,
    i: entry.intervalMs,
    c: clock === null ? null : [clock.ts, clock.seq, clock.receivedAt, clock.steady],
    l: Object.fromEntries([...entry.applied].map(([name, last]) => [name, [last.ts, last.seq]])),
  }
  return JSON.stringify(saved)
}

export function loadEntry(key: string, value: string): DeviceEntry {
  const [community = '', id = ''] = key.slice(entryPrefix.length).split('/')
  const entry = createEntry(community, id)
  const saved = JSON.parse(value) as SavedEntry
  entry.seenAt = saved.s
  entry.worked = saved.w
  entry.intervalMs = saved.i
  if (saved.c !== null) {
    const [ts, seq, receivedAt, steady] = saved.c
    entry.clock = { ts, seq, receivedAt, steady }
  }
  for (const [name, [ts, seq]] of Object.entries(saved.l)) entry.applied.set(name, { ts, seq })
  return entry
}

/** Null for a cell at rest: it needs no row. */
export function saveCell(cell: Cell): string | null {
  if (cell.phase === 'idle' && cell.presentAt === 0) return null
  const saved: SavedCell = {
    p: cell.phase,
    d: cell.dueAt,
    t: cell.since,
    h: cell.heardAt,
    v: cell.value,
    w: cell.valueTs,
    a: cell.presentAt,
    f: cell.shown,
    e: cell.frame,
    y: cell.rule.anomaly,
    g: cell.rule.versionTag,
  }
  return JSON.stringify(saved)
}

export interface CellName {
  readonly community: string
  readonly device: string
  readonly rule: string
  readonly zone: string | null
}

export function parseCellKey(key: string): CellName {
  const [community = '', device = '', rule = '', zone = null] = key
    .slice(cellPrefix.length)
    .split('/')
  return { community, device, rule, zone }
}

export function loadCell(entry: DeviceEntry, rule: Rule, zone: string | null, value: string): Cell {
  const cell = cellOf(entry, rule, zone)
  const saved = JSON.parse(value) as SavedCell
  cell.phase = saved.p
  cell.dueAt = saved.d
  cell.since = saved.t
  cell.heardAt = saved.h
  cell.value = saved.v
  cell.valueTs = saved.w
  cell.presentAt = saved.a
  cell.shown = saved.f
  cell.frame = saved.e
  return cell
}

/** Under which rule a saved cell was what it is. */
export function originOf(value: string): {
  readonly anomaly: AnomalyType | null
  readonly tag: string | null
  readonly stood: boolean
} {
  const { p, y, g } = JSON.parse(value) as SavedCell
  return { anomaly: y ?? null, tag: g ?? null, stood: p === 'active' || p === 'clearing' }
}

/** Dedupe key of an anomaly whose rule is gone; null where its row is too old to say. */
export const savedAnomalyKey = (
  anomaly: AnomalyType | null,
  community: string,
  device: string,
  zone: string | null,
): string | null => {
  if (anomaly === null) return null
  return zone === null
    ? `${anomaly}:${community}:${device}`
    : `${anomaly}:${community}:${device}:${zone}`
}
