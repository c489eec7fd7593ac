import Type, { type Static } from 'typebox'
import { AccessHolder } from './access.ts'
import { Slug } from './ids.ts'

export const vehicleLists = ['allow', 'notice', 'block'] as const

/** A number plate that barriers know. `notice` tells staff and opens as `allow` does; `block` stays shut. */
export const RosterVehicle = Type.Object({
  id: Type.String({ maxLength: 128 }),
  community: Slug,
  /** Upper case, without the dot: 苏ED51712. */
  plate: Type.String({ minLength: 5, maxLength: 12 }),
  holder: Type.Union([AccessHolder, Type.Null()]),
  list: Type.Enum(vehicleLists),
  note: Type.Union([Type.String({ maxLength: 500 }), Type.Null()]),
  from: Type.Union([Type.Number(), Type.Null()]),
  to: Type.Union([Type.Number(), Type.Null()]),
})
export type RosterVehicle = Static<typeof RosterVehicle>

/** A visit that somebody announced: a signed QR code, a PIN, a plate, or several of them. */
export const RosterVisitor = Type.Object({
  id: Type.String({ maxLength: 128 }),
  community: Slug,
  name: Type.String({ maxLength: 100 }),
  /** Resident whom they visit. */
  host: Type.Union([Type.String({ maxLength: 128 }), Type.Null()]),
  /** Of its PIN, see contracts/code-hash.ts. */
  pinHashHex: Type.Union([Type.String(), Type.Null()]),
  plate: Type.Union([Type.String({ maxLength: 12 }), Type.Null()]),
  /** Doors and barriers by device id; empty means all of the community. */
  doors: Type.Array(Slug),
  from: Type.Number(),
  to: Type.Number(),
  /** Entries in all, over all doors; null: any number within the time. */
  entriesMax: Type.Union([Type.Integer({ minimum: 1, maximum: 1_000 }), Type.Null()]),
})
export type RosterVisitor = Static<typeof RosterVisitor>

/** One approved entry of the watch-list (control C9); expired ones match nothing. */
export const RosterWatched = Type.Object({
  id: Type.String({ maxLength: 128 }),
  community: Slug,
  /** Template in the gateway. */
  template: Type.String({ maxLength: 128 }),
  label: Type.String({ maxLength: 100 }),
  authority: Type.String({ maxLength: 200 }),
  documentNumber: Type.String({ maxLength: 100 }),
  expiresAt: Type.Number(),
})
export type RosterWatched = Static<typeof RosterWatched>

export const communityModes = ['heat-wave', 'flood'] as const
export type CommunityMode = (typeof communityModes)[number]

/** A time in which other numbers hold: rules and the watch on people take those of the mode. */
export const RosterMode = Type.Object({
  id: Type.String({ maxLength: 128 }),
  community: Slug,
  mode: Type.Enum(communityModes),
  /** Epoch ms, half-open; `to` null until somebody ends it. */
  from: Type.Number(),
  to: Type.Union([Type.Number(), Type.Null()]),
  /** Who declared it, and why. */
  by: Type.String({ maxLength: 200 }),
  reason: Type.String({ maxLength: 500 }),
})
export type RosterMode = Static<typeof RosterMode>
