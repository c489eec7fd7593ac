import { defaultDoor } from '../../contracts/access.ts'
import { secondMs } from '../../contracts/clock.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { Waiting } from '../model/due-heap.ts'

/** One opening by a credential, and who went through while it lasted. */
export interface Session {
  grants: number
  until: number
  /** Tracks that crossed inwards, by camera. */
  readonly passed: Record<string, string[]>
}

/** What is remembered of a door; times are ours, so that no device clock bends them. */
export interface DoorState extends Waiting {
  readonly community: string
  readonly id: string
  /** Null: nobody has said, or not since we were away. */
  open: boolean | null
  openSince: number
  /** Newest event time heard, in our time, to drop what comes out of order. */
  heardTs: number
  /** How far the lock's clock is behind ours, ms, as far as we know; and what its last reading said of it. */
  skewMs: number
  lastLag: { readonly ms: number; readonly at: number } | null
  /** Opening it is explained until then. */
  excusedUntil: number
  /** Opened without a reason at; a grant may still be on its way. */
  suspectAt: number | null
  forced: boolean
  held: boolean
  /** What stands in alarm and holds it open: `{input}/{reading}` each. */
  fire: readonly string[]
  session: Session | null
}

/** A grant and the opening it explains travel different ways. */
export const graceMs = 3 * secondMs
export const tracksMax = 32

export const doorPrefix = 'door/'
export const doorStateKey = (community: string, id: string): string =>
  `${doorPrefix}${community}/${id}`

export const newDoor = (community: string, id: string): DoorState => ({
  key: doorStateKey(community, id),
  dueAt: null,
  community,
  id,
  open: null,
  openSince: 0,
  heardTs: 0,
  skewMs: 0,
  lastLag: null,
  excusedUntil: 0,
  suspectAt: null,
  forced: false,
  held: false,
  fire: [],
  session: null,
})

export const settingsOf = (device: RosterDevice) => device.door ?? defaultDoor

/** When something may have to be said about the door. */
export function dueOf(door: DoorState, heldOpenAfterMs: number): number | null {
  const times = [
    door.suspectAt === null ? null : door.suspectAt + graceMs,
    door.open === true && !door.held && door.fire.length === 0
      ? door.openSince + heldOpenAfterMs
      : null,
    door.session?.until ?? null,
  ].filter((time) => time !== null)
  return times.length === 0 ? null : Math.min(...times)
}

/** Two readings so far apart that lag alike: they are no backlog, the lock's clock is off. */
const apartMs = 5 * secondMs
const alikeMs = 2 * secondMs

/**
 * A lock's event time in our time. A clock that is wrong by hours, or is set while we look, must not make
 * history of what happens now; a backlog comes at once, and each of its readings lags less than the last.
 */
export function ourTime(door: DoorState, ts: number, now: number): number {
  const lag = now - ts
  const { lastLag, skewMs } = door
  const alike = lastLag !== null && Math.abs(lag - lastLag.ms) <= alikeMs
  const settled = alike && now - lastLag.at >= apartMs
  if (settled || lag < skewMs) door.skewMs = lag
  if (settled || !alike) door.lastLag = { ms: lag, at: now }
  return ts + door.skewMs
}

/** Something explains an opening from `at` on, or one that was a moment before it. */
export function excuse(door: DoorState, at: number, openMs: number): void {
  door.excusedUntil = Math.max(door.excusedUntil, at + openMs + graceMs)
  if (door.suspectAt !== null && at <= door.suspectAt + graceMs) door.suspectAt = null
}

/** How many people went in during a session, by the camera that saw most. */
export const passedOf = ({ passed }: Session): number =>
  Math.max(0, ...Object.values(passed).map((tracks) => tracks.length))

/** We were away: what happened meanwhile is not known, and is held against nobody. */
export function afterPause(door: DoorState, now: number): void {
  door.suspectAt = null
  door.session = null
  door.openSince = now
  if (!door.held && !door.forced) door.open = null
}

/** Our clock was set back: nothing may lie further ahead than it lasts. */
export function clockSetBack(door: DoorState, now: number, openMs: number): void {
  door.openSince = Math.min(door.openSince, now)
  door.heardTs = Math.min(door.heardTs, now)
  door.lastLag = null
  door.skewMs = 0
  door.excusedUntil = Math.min(door.excusedUntil, now + openMs + graceMs)
  if (door.suspectAt !== null) door.suspectAt = Math.min(door.suspectAt, now)
  if (door.session !== null)
    door.session.until = Math.min(door.session.until, now + openMs + graceMs)
}

export const saveDoor = ({ key: _key, dueAt: _due, ...state }: DoorState): string =>
  JSON.stringify(state)

export function loadDoor(key: string, value: string): DoorState {
  return { ...(JSON.parse(value) as Omit<DoorState, 'key' | 'dueAt'>), key, dueAt: null }
}

/** The alarms of an input that the door listens to; those of one it no longer knows hold nothing open. */
export function fireOf(door: DoorState, fireInput: string | null): readonly string[] {
  return door.fire.filter((alarm) => alarm.startsWith(`${fireInput}/`))
}
