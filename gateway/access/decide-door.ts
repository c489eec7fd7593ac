import {
  type AccessHolder,
  type AccessMethod,
  type AccessReason,
  defaultDoor,
  type DoorMethod,
  type DoorSettings,
  doorFault,
  isFaceMethod,
} from '../../contracts/access.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import { inSchedule } from '../model/week-window.ts'

/** What every look at a door ends with. */
export interface Decision {
  readonly granted: boolean
  readonly reason: AccessReason
  readonly method: AccessMethod
  readonly holder: AccessHolder | null
}

/** A door as it is really run: settings that may not be have lost their face methods (control C2). */
export interface Door {
  readonly device: RosterDevice
  readonly settings: DoorSettings
  readonly methods: ReadonlySet<DoorMethod>
  readonly fault: ReturnType<typeof doorFault>
}

const doorLike = /door|terminal|lock|access/

/** Devices that count as a door though nobody has set one up: not the door contacts inside homes. */
export const isDoor = (device: RosterDevice): boolean =>
  device.door != null || (doorLike.test(device.type) && device.household === null)

/**
 * Faces alone without a way round are refused as a whole; where only the liveness is not vouched for, a face
 * needs its PIN. Other methods stay as they are.
 */
export function doorOf(device: RosterDevice, pictureLivenessAcceptedBy: string | null): Door {
  const settings = device.door ?? defaultDoor
  const fault = doorFault(settings, pictureLivenessAcceptedBy)
  const methods = settings.methods.flatMap((method): DoorMethod[] => {
    if (fault === null || !isFaceMethod(method)) return [method]
    return fault === 'door.face-only' ? [] : ['face+pin']
  })
  return { device, settings, methods: new Set(methods), fault }
}

/** The home that a holder goes to: their own, or that of a visitor's host. */
function householdOf(roster: RosterView, holder: AccessHolder): string | null {
  const resident = holder.kind === 'visitor' ? roster.visitor(holder.id)?.host : holder.id
  return resident == null ? null : (roster.resident(resident)?.household ?? null)
}

/**
 * What a door asks of whoever has proven who they are; null: nothing stands against it. `households` binds
 * residents and their visitors; carers and staff pass by their cards.
 */
export function rightsFault(
  { settings, device }: Door,
  holder: AccessHolder,
  roster: RosterView,
  at: { readonly now: number; readonly utcOffsetMinutes: number },
): AccessReason | null {
  const { who, households, schedule } = settings
  if (who.length > 0 && !who.includes(holder.kind)) return 'holder-not-allowed'
  if (households.length > 0 && (holder.kind === 'resident' || holder.kind === 'visitor')) {
    const home = householdOf(roster, holder)
    const invitedHere =
      holder.kind === 'visitor' && roster.visitor(holder.id)?.doors.includes(device.id) === true
    if (!invitedHere && (home === null || !households.includes(home))) return 'holder-not-allowed'
  }
  return inSchedule(schedule, at.now, at.utcOffsetMinutes) ? null : 'outside-schedule'
}
