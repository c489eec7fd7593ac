import Type, { type Static } from 'typebox'
import { Slug } from './ids.ts'

/** How somebody proves who they are at a door. Every door needs one that is no face (control C2). */
export const doorMethods = ['face', 'face+pin', 'card', 'pin', 'qr'] as const
export type DoorMethod = (typeof doorMethods)[number]

/** How a passage was decided; `terminal`: by a foreign terminal itself. */
export const accessMethods = [...doorMethods, 'plate', 'manual', 'fire', 'terminal'] as const
export type AccessMethod = (typeof accessMethods)[number]

export const holderKinds = ['resident', 'carer', 'staff', 'visitor'] as const
export const AccessHolder = Type.Object({
  kind: Type.Enum(holderKinds),
  id: Type.String({ maxLength: 128 }),
  name: Type.String({ maxLength: 100 }),
})
export type AccessHolder = Static<typeof AccessHolder>

/** Every decision at a door or barrier carries one; docs/ACCESS.md explains each. */
export const accessReasons = [
  'ok',
  'manual',
  'fire',
  'door-unknown',
  'door-not-approved',
  'method-not-allowed',
  'outside-schedule',
  'holder-not-allowed',
  'card-unknown',
  'card-other-community',
  'card-not-for-this-door',
  'card-not-yet-valid',
  'card-expired',
  'pin-wrong',
  'pin-missing',
  'visitor-unknown',
  'visitor-not-yet-valid',
  'visitor-expired',
  'visitor-used-up',
  'visitor-signature',
  'face-unknown',
  'face-ambiguous',
  'face-quality',
  'face-not-live',
  'face-liveness-missing',
  'anti-passback',
  'event-stale',
  'plate-unreadable',
  'plate-unknown',
  'plate-not-yet-valid',
  'plate-expired',
  'plate-blocked',
  'car-park-full',
] as const
export type AccessReason = (typeof accessReasons)[number]

/** Half-open local times of some days, 0 Sunday to 6 Saturday; may pass midnight. */
export const WeekWindow = Type.Object({
  days: Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { minItems: 1, maxItems: 7 }),
  from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
  to: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
})
export type WeekWindow = Static<typeof WeekWindow>

/** `soft`: passes, and the repeat is on record; `hard`: stays shut. */
export const antiPassbackModes = ['off', 'soft', 'hard'] as const

/** Who vouches that the face before a door is alive: its terminal, a person who watches, or our two models. */
export const livenessSources = ['terminal', 'supervised', 'picture'] as const

export const DoorSettings = Type.Object({
  methods: Type.Array(Type.Enum(doorMethods), { minItems: 1, maxItems: 5 }),
  /** Cameras whose faces may open it; a terminal that sends its own frames names itself. */
  cameras: Type.Array(Slug, { maxItems: 8 }),
  liveness: Type.Enum(livenessSources),
  /** Empty: always. */
  schedule: Type.Array(WeekWindow, { maxItems: 16 }),
  /** Empty: everybody who has a valid credential. */
  who: Type.Array(Type.Enum(holderKinds), { maxItems: 4 }),
  /** Empty: all homes of the community; else only residents of these. */
  households: Type.Array(Type.String({ maxLength: 128 }), { maxItems: 1_000 }),
  direction: Type.Enum(['in', 'out', 'both']),
  antiPassback: Type.Enum(antiPassbackModes),
  /** The lock stays open so long after a command, ms. */
  openMs: Type.Integer({ minimum: 500, maximum: 60_000 }),
  /** A door open for longer raises `door.held-open`, ms. */
  heldOpenAfterMs: Type.Integer({ minimum: 5_000, maximum: 3_600_000 }),
  /** What the lock does when it hears nothing from us: told to the terminal in its settings. */
  onCommsLoss: Type.Enum(['stay-locked', 'unlock']),
  /** Device whose reading `smoke` or `fire` true opens the door; null where there is none. */
  fireInput: Type.Union([Slug, Type.Null()]),
})
export type DoorSettings = Static<typeof DoorSettings>

export const defaultDoor: DoorSettings = {
  methods: ['card', 'pin', 'qr'],
  cameras: [],
  liveness: 'picture',
  schedule: [],
  who: [],
  households: [],
  direction: 'both',
  antiPassback: 'off',
  openMs: 5_000,
  heldOpenAfterMs: 60_000,
  onCommsLoss: 'stay-locked',
  fireInput: null,
}

export const BarrierSettings = Type.Object({
  cameras: Type.Array(Slug, { maxItems: 8 }),
  direction: Type.Enum(['in', 'out', 'both']),
  /** Car park that it leads to; barriers of one car park share its sessions. */
  carPark: Slug,
  /** Null: nobody counts. */
  places: Type.Union([Type.Integer({ minimum: 0, maximum: 100_000 }), Type.Null()]),
  antiPassback: Type.Enum(antiPassbackModes),
  /** What the arm does when it hears nothing from us. */
  onCommsLoss: Type.Enum(['stay-closed', 'open']),
  fireInput: Type.Union([Slug, Type.Null()]),
  /** Cars without a session may leave. */
  exitFree: Type.Boolean(),
})
export type BarrierSettings = Static<typeof BarrierSettings>

export const defaultBarrier: BarrierSettings = {
  cameras: [],
  direction: 'both',
  carPark: 'main',
  places: null,
  antiPassback: 'soft',
  onCommsLoss: 'stay-closed',
  fireInput: null,
  exitFree: true,
}

/**
 * A lock or arm that does not speak contract v1: the command becomes a publish on its own topic, or a
 * call of an allow-listed address. `{seconds}` in the payload stands for the opening time.
 */
export const RelaySettings = Type.Union([
  Type.Object({
    kind: Type.Literal('mqtt'),
    topic: Type.String({ minLength: 1, maxLength: 256, pattern: '^[^#+$\\u0000]+$' }),
    payload: Type.String({ maxLength: 1_000 }),
    /** Where the device says that it has done it; null: it never says, and the command counts as done when published. */
    stateTopic: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
    /** Text that must occur in the state; null: any message. */
    stateIncludes: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  }),
  Type.Object({
    kind: Type.Literal('http'),
    method: Type.Enum(['GET', 'POST']),
    url: Type.String({ maxLength: 1_000, pattern: '^https?://' }),
    body: Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]),
  }),
])
export type RelaySettings = Static<typeof RelaySettings>

export const isFaceMethod = (method: DoorMethod): boolean =>
  method === 'face' || method === 'face+pin'

/** Why a door's settings may not be: `door.face-only` (control C2), `door.liveness-unaccepted`; null: fine. */
export function doorFault(
  settings: Pick<DoorSettings, 'methods' | 'liveness'>,
  pictureLivenessAcceptedBy: string | null,
): 'door.face-only' | 'door.liveness-unaccepted' | null {
  if (settings.methods.every(isFaceMethod)) return 'door.face-only'
  const picture = settings.liveness === 'picture' && pictureLivenessAcceptedBy === null
  return picture && settings.methods.includes('face') ? 'door.liveness-unaccepted' : null
}
