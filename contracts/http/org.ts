import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'
import { LocalText } from '../text.ts'

export const unitKinds = [
  'district',
  'street',
  'community',
  'grid',
  'department',
  'contractor',
] as const
export const UnitKind = Type.Enum(unitKinds)
export type UnitKind = Static<typeof UnitKind>

/** Where a unit sits, WGS-84 degrees: how far it is from a ticket. */
const Position = Type.Object({
  lat: Type.Number({ minimum: -90, maximum: 90 }),
  lon: Type.Number({ minimum: -180, maximum: 180 }),
})

/** `GET /org` */
export const Unit = Type.Object({
  id: Type.String(),
  kind: UnitKind,
  name: LocalText,
  parent: Type.Union([Type.String(), Type.Null()]),
  position: Type.Optional(Position),
})
export type Unit = Static<typeof Unit>

const Name = Type.Object({
  zh: Type.String({ minLength: 1, maxLength: 100 }),
  en: Type.String({ minLength: 1, maxLength: 100 }),
})

/** `POST /org` */
export const UnitCreate = Type.Object({
  id: Slug,
  kind: UnitKind,
  name: Name,
  parent: Type.Optional(Type.Union([Slug, Type.Null()])),
  position: Type.Optional(Position),
})
export type UnitCreate = Static<typeof UnitCreate>

/** `PATCH /org/{unit}`: what is left out stays; the kind of a unit never changes. */
export const UnitPatch = Type.Object({
  name: Type.Optional(Name),
  parent: Type.Optional(Type.Union([Slug, Type.Null()])),
  position: Type.Optional(Type.Union([Position, Type.Null()])),
})
export type UnitPatch = Static<typeof UnitPatch>

export const UnitById = Type.Object({ unit: Slug })

/** What somebody is in a unit. The role says what they may do, the post what they are there for. */
export const postKinds = [
  'head',
  'deputy',
  'member',
  'grid-worker',
  'duty-officer',
  'inspector',
] as const
export const PostKind = Type.Enum(postKinds)

/** `POST /org/{unit}/posts` */
export const PostCreate = Type.Object({
  user: Type.String({ minLength: 1, maxLength: 128, description: 'id of the person' }),
  post: PostKind,
  from: Type.Optional(Type.Number({ description: 'left out: now' })),
})
export type PostCreate = Static<typeof PostCreate>

export const Post = Type.Object({
  id: Type.String(),
  unit: Type.String(),
  person: Type.Object({ id: Type.String(), name: Type.String(), role: Type.String() }),
  post: PostKind,
  from: Type.Number(),
  /** Null while it is held. */
  to: Type.Union([Type.Number(), Type.Null()]),
  by: Type.String({ description: 'who gave it' }),
})
export type Post = Static<typeof Post>
