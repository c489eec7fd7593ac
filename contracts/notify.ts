import Type, { type Static } from 'typebox'

/** The console of a person: inbox and sound. */
export const screenChannel = 'screen'
/** A siren or a loudspeaker, by way of the box. */
export const deviceChannel = 'device'
/** Nothing leads to this person: the record says so. */
export const noChannel = 'none'

/** What a message is: `digest` gathers others, `test` tries a channel. */
export const messageKinds = ['alarm', 'relief', 'reminder', 'notice', 'digest', 'test'] as const
export type MessageKind = (typeof messageKinds)[number]

/**
 * The receipt of one message to one person over one channel. `ready` is on its way now; `digested`
 * goes out, or went out, as a line of the digest that the row names.
 */
export const receiptStates = [
  'queued',
  'ready',
  'digested',
  'sent',
  'delivered',
  'acknowledged',
  'failed',
  'suppressed',
  'expired',
] as const

export const languages = ['zh', 'en'] as const
export type Language = (typeof languages)[number]
export const Language = Type.Enum(languages)

/** `HH:MM` of the box's time zone. */
export const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' })
export type TimeOfDay = Static<typeof TimeOfDay>

/** From `from` until before `to`; over midnight where `to` is the earlier one. */
export const QuietHours = Type.Object({ from: TimeOfDay, to: TimeOfDay })
export type QuietHours = Static<typeof QuietHours>

/** How minor messages come: each by itself, or gathered. */
export const digestEvery = ['none', 'hour', 'day'] as const
export type DigestEvery = (typeof digestEvery)[number]
