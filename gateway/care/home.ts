import type { CareSettings } from '../../config/rules.ts'
import type { LastEvidence } from '../../contracts/care.ts'
import { type Interval, merge } from './intervals.ts'
import type { SignKind } from './signs.ts'

/** A visitor who is not the resident: what the home's sensors feel meanwhile is not counted. */
export interface Stay {
  readonly from: number
  /** Until then the door still belongs to the coming. */
  readonly comingUntil: number
  /** The end, or the latest end while nobody was seen to leave. */
  to: number
  left: boolean
}

/** What is known of a household as a whole. */
export interface Home {
  readonly id: string
  last: LastEvidence | null
  /** Last change of a door contact, whoever caused it. */
  doorAt: number | null
  stays: Stay[]
  /** Times in which a carer who came through a shared door may reach this home. */
  arrivals: Interval[]
  /** Since when `water.use-low` stands, event time. */
  lowWaterAt: number | null
  /** History has been arriving since, and last arrived at, our time. */
  lateSince: number | null
  lateAt: number | null
}

export const createHome = (id: string): Home => ({
  id,
  last: null,
  doorAt: null,
  stays: [],
  arrivals: [],
  lowWaterAt: null,
  lateSince: null,
  lateAt: null,
})

const staysMax = 64
const arrivalsMax = 32

/**
 * A carer or staff member was let in at `at`. From a minute before (the door may report first) until the
 * door closes behind them on the way out, at the latest `carerStayMaxMs`, door, motion and meters may be
 * theirs: they are no sign of the resident's life, and the time does not count as looked at either.
 */
export function carerCame(home: Home, at: number, settings: CareSettings): void {
  const current = home.stays.find((stay) => at >= stay.from && at < stay.to)
  if (current !== undefined) return
  home.stays.push({
    from: at - settings.carerBeforeMs,
    comingUntil: at + settings.carerAfterMs,
    to: at + settings.carerStayMaxMs,
    left: false,
  })
  home.stays = home.stays.slice(-staysMax)
}

/** A worker has noted a visit: around it, and until the door closes behind them, the home's signs may be theirs. */
export function workerVisited(home: Home, at: number, settings: CareSettings): void {
  const known = home.stays.some((stay) => at >= stay.from && at < stay.to)
  if (known) return
  const [from, to] = [at - settings.visitBeforeMs, at + settings.visitAfterMs]
  home.stays = [...home.stays, { from, comingUntil: at, to, left: false }].slice(-staysMax)
}

export function carerMayCome(home: Home, at: number, settings: CareSettings): void {
  home.arrivals = merge([...home.arrivals, [at, at + settings.carerArrivesMs]]).slice(-arrivalsMax)
}

/** A door contact of the home changed: a carer comes or goes with it. */
export function doorMoved(home: Home, at: number, open: boolean, settings: CareSettings): void {
  home.doorAt = Math.max(home.doorAt ?? 0, at)
  const stay = home.stays.find((item) => at >= item.from && at < item.to)
  if (stay === undefined) {
    if (home.arrivals.some(([from, to]) => at >= from && at < to)) carerCame(home, at, settings)
    return
  }
  if (open || stay.left || at <= stay.comingUntil) return
  stay.left = true
  stay.to = at + settings.carerLeftMs
}

const carersMay: ReadonlySet<SignKind> = new Set(['door', 'motion', 'water', 'power'])

/** Whether a sign may be a carer's. */
export const isCarers = (home: Home, kind: SignKind, at: number): boolean =>
  carersMay.has(kind) && home.stays.some((stay) => at >= stay.from && at < stay.to)

export const staysOf = (home: Home): Interval[] =>
  merge(home.stays.map((stay): Interval => [stay.from, stay.to]))

export function historyArrived(home: Home, receivedAt: number, settings: CareSettings): void {
  const ongoing = home.lateAt !== null && receivedAt - home.lateAt <= settings.settleMs
  if (!ongoing || home.lateSince === null) home.lateSince = receivedAt
  home.lateAt = receivedAt
}

/** No decision before this: history is still being delivered. */
export const settledAt = (home: Home, settings: CareSettings): number =>
  home.lateAt === null || home.lateSince === null
    ? 0
    : Math.min(home.lateAt + settings.settleMs, home.lateSince + settings.settleMaxMs)
