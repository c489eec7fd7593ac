import Type, { type Static } from 'typebox'

/** Item of `GET /access-log` (control C7): who looked at what, or moved it, and why. */
export const AccessLogItem = Type.Object({
  ts: Type.Number(),
  who: Type.String({ description: 'id of the person, key or box' }),
  role: Type.String(),
  what: Type.String({ description: 'camera.snapshot, evidence, face.enrol, command door.open, …' }),
  target: Type.String(),
  /** Empty: over all of them. */
  community: Type.String(),
  reason: Type.Union([Type.String(), Type.Null()]),
})
export type AccessLogItem = Static<typeof AccessLogItem>
