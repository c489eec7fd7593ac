import type { AccessHolder, AccessReason, BarrierSettings } from '../../contracts/access.ts'
import type { RosterVehicle, RosterVisitor } from '../../contracts/roster.ts'

/** What a barrier must know to decide about one plate. Nothing is guessed: an unlike plate is another car. */
export interface VehicleQuestion {
  readonly barrier: string
  readonly settings: BarrierSettings
  readonly now: number
  readonly vehicle: RosterVehicle | null
  /** Announced visit with this plate, entries left or not. */
  readonly visitor: RosterVisitor | null
  readonly visitorEntries: number
  /** The car is in the car park by our books. */
  readonly inside: boolean
  readonly taken: number
}

export interface VehicleDecision {
  readonly granted: boolean
  readonly reason: AccessReason
  readonly direction: 'in' | 'out'
  readonly holder: AccessHolder | null
  /** On the notice list: staff are told. */
  readonly notice: boolean
  /** It passed, against the books (anti-passback `soft`). */
  readonly irregular: boolean
}

/** Who may drive through. Pure. */
export function decideVehicle(question: VehicleQuestion): VehicleDecision {
  const { settings, inside } = question
  const direction =
    settings.direction === 'both'
      ? inside
        ? ('out' as const)
        : ('in' as const)
      : settings.direction
  const right = rightOf(question)
  const base = { direction, holder: right.holder, notice: right.notice, irregular: false }
  if (direction === 'out') return { ...base, ...leave(question, right.reason) }
  if (right.reason !== 'ok') return { ...base, granted: false, reason: right.reason }
  const repeat = inside && settings.antiPassback !== 'off'
  if (repeat && settings.antiPassback === 'hard')
    return { ...base, granted: false, reason: 'anti-passback' }
  // Who is inside by our books takes no further place.
  if (!inside && settings.places !== null && question.taken >= settings.places)
    return { ...base, granted: false, reason: 'car-park-full' }
  return { ...base, granted: true, reason: 'ok', irregular: repeat }
}

/** Nobody is locked in: who has a session may leave, whatever became of their right to come. */
function leave(
  { settings, inside }: VehicleQuestion,
  right: AccessReason,
): Pick<VehicleDecision, 'granted' | 'reason' | 'irregular'> {
  if (inside) return { granted: true, reason: 'ok', irregular: false }
  if (settings.antiPassback === 'hard' && !settings.exitFree)
    return { granted: false, reason: 'anti-passback', irregular: false }
  if (right === 'ok' || settings.exitFree)
    return { granted: true, reason: 'ok', irregular: settings.antiPassback !== 'off' }
  return { granted: false, reason: right, irregular: false }
}

interface Right {
  readonly reason: AccessReason
  readonly holder: AccessHolder | null
  readonly notice: boolean
}

function rightOf(question: VehicleQuestion): Right {
  const { vehicle, visitor, now } = question
  const visit = visitor === null ? null : visitRight(question, visitor)
  if (vehicle === null) return visit ?? { reason: 'plate-unknown', holder: null, notice: false }
  const { holder, list, from, to } = vehicle
  if (list === 'block') return { reason: 'plate-blocked', holder, notice: true }
  const notice = list === 'notice'
  const late = to !== null && now >= to
  const early = from !== null && now < from
  if (!early && !late) return { reason: 'ok', holder, notice }
  if (visit?.reason === 'ok') return visit
  return { reason: early ? 'plate-not-yet-valid' : 'plate-expired', holder, notice }
}

export const visitorHolder = ({ id, name }: RosterVisitor): AccessHolder => ({
  kind: 'visitor',
  id,
  name,
})

function visitRight(question: VehicleQuestion, visitor: RosterVisitor): Right {
  const { now, barrier, visitorEntries } = question
  const holder = visitorHolder(visitor)
  const refuse = (reason: AccessReason): Right => ({ reason, holder, notice: false })
  if (visitor.doors.length > 0 && !visitor.doors.includes(barrier))
    return refuse('holder-not-allowed')
  if (now < visitor.from) return refuse('visitor-not-yet-valid')
  if (now >= visitor.to) return refuse('visitor-expired')
  if (visitor.entriesMax !== null && visitorEntries >= visitor.entriesMax)
    return refuse('visitor-used-up')
  return refuse('ok')
}
