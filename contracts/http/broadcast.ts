import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'
import { Language, TimeOfDay } from '../notify.ts'
import { LocalText } from '../text.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** What gives way to what: an emergency to nothing, music to everything. */
export const broadcastPriorities = ['emergency', 'notice', 'music'] as const

export const WeeklyTime = Type.Object({
  days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
    minItems: 1,
    maxItems: 7,
    description: '1 is Monday',
  }),
  time: TimeOfDay,
})
export type WeeklyTime = Static<typeof WeeklyTime>

/** `POST /broadcasts`: a text or a shipped template, to areas or devices, now, later or every week. */
export const BroadcastCreate = Type.Object({
  community: Type.Optional(Slug),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
  template: Type.Optional(Type.String({ maxLength: 64 })),
  /** Houses or grids as `GET /broadcasts/areas` names them; with `devices` left out too: everywhere. */
  areas: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })),
  devices: Type.Optional(Type.Array(Slug, { maxItems: 500 })),
  at: Type.Optional(Type.Number({ description: 'once, then' })),
  weekly: Type.Optional(WeeklyTime),
  priority: Type.Optional(Type.Enum(broadcastPriorities)),
  language: Type.Optional(Language),
  times: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, description: 'how often said' })),
})
export type BroadcastCreate = Static<typeof BroadcastCreate>

export const broadcastStates = ['scheduled', 'speaking', 'done', 'cancelled'] as const
export const speakerStates = ['queued', 'done', 'refused', 'expired', 'cancelled'] as const

export const BroadcastItem = Type.Object({
  id: Type.String(),
  community: Type.String(),
  text: Type.String(),
  template: nullable(Type.String()),
  areas: Type.Array(Type.String()),
  devices: Type.Array(Type.String()),
  weekly: nullable(WeeklyTime),
  nextAt: nullable(Type.Number()),
  priority: Type.Enum(broadcastPriorities),
  language: Language,
  times: Type.Integer(),
  state: Type.Enum(broadcastStates),
  runs: Type.Integer(),
  createdBy: Type.String(),
  createdAt: Type.Number(),
  cancelledBy: nullable(Type.String()),
})
export type BroadcastItem = Static<typeof BroadcastItem>

export const BroadcastDetail = Type.Object({
  ...BroadcastItem.properties,
  /** Per loudspeaker and run, newest run first, at most 1,000. */
  receipts: Type.Array(
    Type.Object({
      device: Type.String(),
      name: Type.String(),
      runAt: Type.Number(),
      state: Type.Enum(speakerStates),
      error: nullable(Type.String()),
      attempts: Type.Integer(),
      at: Type.Number(),
    }),
  ),
})
export type BroadcastDetail = Static<typeof BroadcastDetail>

export const BroadcastTemplateItem = Type.Object({
  id: Type.String(),
  title: LocalText,
  text: LocalText,
})

export const BroadcastArea = Type.Object({
  area: Type.String(),
  speakers: Type.Integer(),
})
