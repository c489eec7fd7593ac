import type { Evidence } from '../../contracts/anomaly.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { Rule } from '../../config/rules.ts'
import type { ClockState } from '../model/device-clock.ts'
import type { Reading } from '../model/input.ts'
import type { Waiting } from '../model/due-heap.ts'

export type Phase = 'idle' | 'pending' | 'active' | 'clearing'
export type Value = Reading['value']
/** Where a zone would stand in the keys of cell and anomaly: the live alarm has a key of its own. */
export const notLive = 'not-live'

/**
 * The state of one rule about one device, or about one zone of one camera. There are many: its names are
 * made when they are asked for.
 */
export class Cell implements Waiting {
  readonly entry: DeviceEntry
  /** Another one of the same id while a mode holds. */
  rule: Rule
  readonly zone: string | null
  dueAt: number | null = null
  phase: Phase = 'idle'
  /** Event time at which the condition, or in `clearing` its end, began. */
  since = 0
  /** Our time at which we heard of that. */
  heardAt = 0
  /** What began it, for text and evidence. */
  value: Value | null = null
  valueTs = 0
  /** Track rules: when something last stood in the zone, event time. */
  presentAt = 0
  /** Track rules: the newest frame that was kept as evidence while something stood there. */
  frame: Evidence | null = null
  /** Track rules: a frame has gone up. */
  shown = false

  constructor(entry: DeviceEntry, rule: Rule, zone: string | null) {
    this.entry = entry
    this.rule = rule
    this.zone = zone
  }

  /** Of its row, and its rank among equals. */
  get key(): string {
    const { community, id } = this.entry
    return `rules/cell/${community}/${id}/${slotOf(this.rule, this.zone)}`
  }

  /** Dedupe key of its anomaly. */
  get anomalyKey(): string {
    const subject = `${this.rule.anomaly}:${this.entry.community}:${this.entry.id}`
    return this.zone === null ? subject : `${subject}:${this.zone}`
  }
}

const slotOf = (rule: Rule, zone: string | null): string =>
  zone === null ? rule.id : `${rule.id}/${zone}`

export interface LastApplied {
  ts: number
  seq: number | null
}

/** What the rules know of one device. */
export interface DeviceEntry {
  readonly key: string
  readonly community: string
  readonly id: string
  /** Null until the roster has been asked, or when it does not hold the device as approved. */
  device: RosterDevice | null
  /** Our time of its last message, rounded up to a grain, so that not every message is a write. */
  seenAt: number | null
  /** A camera: pictures have been seen from it. */
  worked: boolean
  /** As its self-description says; the roster's wins. */
  intervalMs: number | null
  clock: ClockState | null
  /** Newest applied message per reading that a rule is about. */
  readonly applied: Map<string, LastApplied>
  /** By reading name; built when the name is first heard, dropped when roster or rules change. */
  readonly plan: Map<string, readonly Cell[]>
  /** By rule id, or rule id and zone. */
  readonly cells: Map<string, Cell>
}

export const createEntry = (community: string, id: string): DeviceEntry => ({
  key: `rules/device/${community}/${id}`,
  community,
  id,
  device: null,
  seenAt: null,
  worked: false,
  intervalMs: null,
  clock: null,
  applied: new Map(),
  plan: new Map(),
  cells: new Map(),
})

/** The cell of a rule about a device, made where there is none. */
export function cellOf(entry: DeviceEntry, rule: Rule, zone: string | null = null): Cell {
  const slot = slotOf(rule, zone)
  const known = entry.cells.get(slot)
  if (known !== undefined) return known
  const cell = new Cell(entry, rule, zone)
  entry.cells.set(slot, cell)
  return cell
}

export const rest = (cell: Cell): void => {
  cell.phase = 'idle'
  cell.dueAt = null
  cell.value = null
  cell.frame = null
  cell.shown = false
}

/** Whether a rule is about a device at all. */
export const selects = (rule: Rule, device: RosterDevice): boolean =>
  rule.enabled && rulesHold(rule, device)

/** By community, and by type where one is given. */
export const rulesHold = (
  rule: Pick<Rule, 'deviceTypes' | 'communities'>,
  device: { readonly community: string; readonly type: string | null },
): boolean =>
  (rule.deviceTypes === undefined ||
    device.type === null ||
    rule.deviceTypes.includes(device.type)) &&
  (rule.communities === undefined || rule.communities.includes(device.community))
