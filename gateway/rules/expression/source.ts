import type { ScopeKind } from '../../../config/expression/expr.ts'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Place, Subject as Told } from '../../../contracts/place.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import { type Cadence, emptyCadence, expectedMaxMs, learnGap } from '../../model/cadence.ts'
import type { ClockState } from '../../model/device-clock.ts'
import type { Window } from './window.ts'

/** Silence that is normal where nobody knows how often a device speaks (zigbee2mqtt allows 25 h). */
const allowedUnknownMs = 26 * hourMs
const allowedMinMs = minuteMs
/** Reports in a row that may be missing of a device that said how often it speaks. */
const factor = 3

/** A state of a rule, as gateway/rules/expression/watch.ts has it. */
export interface Planned {
  readonly anomalyKey: string
}

/** One reading of one device, as far as a rule mentions it. Flags are 0 and 1. */
export class Series {
  readonly name: string
  /** A flag, by its last value; else a number. */
  flag = false
  /** Newest applied message: device time, `seq`, event time. */
  ts = 0
  seq: number | null = null
  at = 0
  value = Number.NaN
  /** When it last went up, event time. */
  riseAt = 0
  windows: Window[] = []
  /** What looks when a value comes; made when one does, dropped when roster or rules change. */
  plan: readonly Planned[] | null = null

  constructor(name: string) {
    this.name = name
  }
}

/** A device as expressions see it: its last values, and whether they still mean something. */
export class Source {
  readonly community: string
  readonly id: string
  device: RosterDevice
  /** Our time of its last message, rounded up, so that not every message is a write. */
  seenAt = 0
  offline = false
  /** Since when it has been heard without a hole, our time. */
  coveredSince = 0
  /** Until when its values hold if nothing more is heard; earlier than any time while it is offline. */
  aliveUntil = Number.NEGATIVE_INFINITY
  declaredMs: number | null = null
  cadence: Cadence = emptyCadence
  clock: ClockState | null = null
  /** By the number that the rules give to a reading. */
  series: (Series | undefined)[] = []
  groups: Partial<Record<ScopeKind, Subject>> = {}
  /** The device itself as what a rule is about. */
  self: Subject | null = null

  constructor(community: string, id: string, device: RosterDevice) {
    this.community = community
    this.id = id
    this.device = device
  }

  get key(): string {
    return `rules/x/source/${this.community}/${this.id}`
  }

  /** A declared interval wins over what was learned. */
  allowedMs(): number {
    const declared = this.device.intervalMs ?? this.declaredMs
    if (declared !== null) return Math.max(allowedMinMs, factor * declared)
    return expectedMaxMs(this.cadence) ?? allowedUnknownMs
  }

  /** A message has come. True when something changed that must be saved. */
  heard(receivedAt: number): boolean {
    const declared = this.device.intervalMs ?? this.declaredMs
    const grain = Math.min(minuteMs, Math.max(secondMs, Math.round((declared ?? minuteMs) / 20)))
    const seenAt = Math.ceil(receivedAt / grain) * grain
    if (seenAt === this.seenAt && !this.offline) return false
    const gapMs = seenAt - this.seenAt
    if (this.seenAt === 0 || this.offline || receivedAt > this.aliveUntil)
      this.coveredSince = receivedAt
    if (this.seenAt > 0 && !this.offline && declared === null)
      this.cadence = learnGap(this.cadence, gapMs)
    this.offline = false
    this.seenAt = seenAt
    this.reckon()
    return true
  }

  reckon(): void {
    this.aliveUntil = this.offline ? Number.NEGATIVE_INFINITY : this.seenAt + this.allowedMs()
  }

  /** Somebody listened to it all through the last `ms`, and still does. */
  covered(now: number, ms: number): boolean {
    return now <= this.aliveUntil && this.coveredSince <= now - ms
  }
}

/** Whom a rule is about: a device, or the devices that share a household, place, stairwell, grid or community. */
export class Subject {
  readonly kind: ScopeKind
  readonly community: string
  readonly id: string
  /** Of `device`: that one. */
  readonly source: Source | null
  /** In the order of their ids, so that what comes of them does not depend on who spoke first. */
  readonly members: Source[] = []
  /** States of rules about it, by rule id. */
  readonly watches = new Map<string, Planned>()
  place: Place | null = null

  constructor(kind: ScopeKind, community: string, id: string, source: Source | null) {
    this.kind = kind
    this.community = community
    this.id = id
    this.source = source
  }

  get name(): string {
    if (this.source !== null) return this.source.device.name
    return this.place?.name ?? this.id
  }

  told(): Told {
    const id = this.id.slice(0, 128)
    if (this.kind === 'device') return { kind: 'device', id, name: this.name }
    if (this.kind === 'household') return { kind: 'household', id, name: this.name }
    return { kind: 'place', id, name: this.name.slice(0, 200) }
  }
}
