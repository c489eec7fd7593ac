import Type, { type Static } from 'typebox'
import { Severity, severities } from '../anomaly.ts'
import { Language, QuietHours, digestEvery, messageKinds, receiptStates } from '../notify.ts'
import { LocalText } from '../text.ts'
import { PageQuery } from './lists.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** One message to one person over one channel, with its receipt. */
export const NotificationItem = Type.Object({
  id: Type.String(),
  incident: Type.String({ description: 'ticket, broadcast or test' }),
  step: Type.String(),
  community: Type.String(),
  severity: Severity,
  kind: Type.Enum(messageKinds),
  person: Type.String({ description: '`user:…`, `contact:…`, `group:…`, `device:…`' }),
  personName: Type.String({ description: 'masked but for who looks after people' }),
  channel: Type.String(),
  address: nullable(Type.String({ description: 'always masked' })),
  title: LocalText,
  body: LocalText,
  link: nullable(Type.String()),
  state: Type.Enum(receiptStates),
  reason: nullable(Type.String()),
  createdAt: Type.Number(),
  nextAt: nullable(Type.Number()),
  sentAt: nullable(Type.Number()),
  deliveredAt: nullable(Type.Number()),
  acknowledgedAt: nullable(Type.Number()),
  acknowledgedBy: nullable(Type.String()),
  attempts: Type.Integer(),
  repeats: Type.Integer(),
  lateMs: nullable(Type.Number()),
  /** The message that carried it as a line. */
  digest: nullable(Type.String()),
})
export type NotificationItem = Static<typeof NotificationItem>

export const NotificationDetail = Type.Object({
  ...NotificationItem.properties,
  /** At most 50, oldest first. */
  tries: Type.Array(
    Type.Object({
      at: Type.Number(),
      ok: Type.Boolean(),
      code: Type.String(),
      detail: Type.String(),
      tookMs: Type.Number(),
    }),
  ),
})
export type NotificationDetail = Static<typeof NotificationDetail>

/** `POST /notifications/inbox/seen` */
export const NotificationsSeen = Type.Object({
  ids: Type.Array(Type.String({ maxLength: 128 }), { maxItems: 1_000 }),
})

export const NotificationQuery = Type.Object({
  ...PageQuery.properties,
  incident: Type.Optional(Type.String({ maxLength: 128 })),
  channel: Type.Optional(Type.String({ maxLength: 64 })),
  person: Type.Optional(Type.String({ maxLength: 128 })),
  state: Type.Optional(Type.Enum(receiptStates)),
  severity: Type.Optional(Type.Enum(severities)),
  digest: Type.Optional(Type.String({ maxLength: 128, description: 'the lines of this digest' })),
})

/** How a person is told. The screen is always on. */
export const NotifyPreferences = Type.Object({
  language: Language,
  phone: nullable(Type.String({ pattern: '^\\+?[0-9 -]{3,20}$' })),
  email: nullable(Type.String({ pattern: '^[^@\\s]{1,64}@[^@\\s]{1,255}$' })),
  channels: Type.Record(Type.String({ maxLength: 32 }), Severity, {
    maxProperties: 32,
    description: 'channel to the least severity that takes it',
  }),
  /** Null: as the box has it. */
  quietHours: nullable(QuietHours),
  minorDigest: nullable(Type.Enum(digestEvery)),
})
export type NotifyPreferences = Static<typeof NotifyPreferences>

export const NotifyTest = Type.Object({
  channel: Type.String({
    maxLength: 64,
    description: '`screen`, a configured channel or a group',
  }),
})

export const NotifyChannelItem = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  sent: Type.Integer(),
  failed: Type.Integer(),
  retries: Type.Integer(),
  /** Until then it is not tried: the link is down or the provider has had enough. */
  shutUntil: nullable(Type.Number()),
})
