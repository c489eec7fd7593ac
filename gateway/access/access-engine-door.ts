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
  /** Newest event time heard, to drop what comes out of order. */
  heardTs: number
  /** Opening it is explained until then. */
  excusedUntil: number
  /** Opened without a reason at; a grant may still be on its way. */
  suspectAt: number | null
  forced: boolean
  held: boolean
  fire: boolean
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
  excusedUntil: 0,
  suspectAt: null,
  forced: false,
  held: false,
  fire: false,
  session: null,
})

export const settingsOf = (device: RosterDevice) => device.door ?? defaultDoor

/** When something may have to be said about the door. */
export function dueOf(door: DoorState, heldOpenAfterMs: number): number | null {
  const times = [
    door.suspectAt === null ? null : door.suspectAt + graceMs,
    door.open === true && !door.held && !door.fire ? door.openSince + heldOpenAfterMs : null,
    door.session?.until ?? null,
  ].filter((time) => time !== null)
  return times.length === 0 ? null : Math.min(...times)
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
