import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'
import { Language, TimeOfDay } from '../notify.ts'
import { LocalText } from '../text.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** What gives way to what: an emergency to nothing, music to everything. */
export const broadcastPriorities = ['emergency', 'notice', 'music'] as const
export type BroadcastPriority = (typeof broadcastPriorities)[number]

export const WeeklyTime = Type.Object({
  days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
    minItems: 1,
    maxItems: 7,
    description: '1 is Monday',
  }),
  time: TimeOfDay,
})
export type WeeklyTime = Static<typeof WeeklyTime>

/** `POST /broadcasts`: a text, a shipped template or a clip, to areas or devices, now, later or every week. */
export const BroadcastCreate = Type.Object({
  community: Type.Optional(Slug),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
  template: Type.Optional(Type.String({ maxLength: 64 })),
  clip: Type.Optional(Type.String({ maxLength: 128, description: 'of GET /broadcasts/clips' })),
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
/** `done`: it has begun to speak; `stopped`: it was silenced after that. */
export const speakerStates = [
  'queued',
  'done',
  'refused',
  'expired',
  'cancelled',
  'stopped',
] as const

export const BroadcastItem = Type.Object({
  id: Type.String(),
  community: Type.String(),
  /** Empty where a clip is played. */
  text: Type.String(),
  template: nullable(Type.String()),
  clip: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
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
  /** When it was last spoken; null before the first time. */
  lastRunAt: nullable(Type.Number()),
  /** Loudspeakers of that run, by what came of it. */
  answers: Type.Object({
    waiting: Type.Integer(),
    heard: Type.Integer(),
    failed: Type.Integer(),
    stopped: Type.Integer(),
  }),
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
      /** `play`: a sound that the box made or has; `say`: the text, by itself. */
      way: nullable(Type.Enum(['play', 'say'])),
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

/** An approved loudspeaker and what the box last heard of it. */
export const BroadcastSpeaker = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** House, else the name of its place; then its grid. */
  areas: Type.Array(Type.String()),
  /** Null while the box is out of reach. */
  online: nullable(Type.Boolean()),
  lastSeenAt: nullable(Type.Number()),
  /** By its reading `playing`; null where it sends none. */
  playing: nullable(Type.Boolean()),
  /** Fetches sounds (`speaker.play`); null where it has not said. */
  plays: nullable(Type.Boolean()),
  /** Speaks texts by itself (`speaker.say`); null where it has not said. */
  says: nullable(Type.Boolean()),
})
export type BroadcastSpeaker = Static<typeof BroadcastSpeaker>

export const ClipItem = Type.Object({
  id: Type.String(),
  community: Type.String(),
  name: Type.String(),
  durationMs: Type.Integer(),
  /** What it came as; it is kept as MP3. */
  sourceType: Type.Enum(['wav', 'mp3', 'ogg', 'flac', 'mov']),
  createdBy: Type.String(),
  createdAt: Type.Number(),
  usedAt: Type.Number(),
})
export type ClipItem = Static<typeof ClipItem>

/** `POST /broadcasts/preview`: how a text will sound. */
export const BroadcastPreview = Type.Object({
  text: Type.String({ minLength: 1, maxLength: 1_000 }),
  language: Type.Optional(Language),
})

const Missing = Type.Object({ code: Type.String(), what: LocalText, hint: LocalText })

/** `GET /broadcasts/means`: what the box can do for loudspeakers, and what it keeps. */
export const BroadcastMeans = Type.Object({
  /** What is missing to speak or to take in clips; empty where all is there. */
  missing: Type.Array(Missing),
  /** Where loudspeakers fetch sounds; null where nobody knows. */
  address: nullable(Type.String()),
  /** True where only this machine reaches that address. */
  localOnly: Type.Boolean(),
  clipSecondsMax: Type.Integer(),
  clipBytesMax: Type.Integer(),
  storedBytes: Type.Integer(),
  quotaBytes: Type.Integer(),
  /** What was removed because its time was over, since the start. */
  removed: Type.Object({
    at: nullable(Type.Number()),
    broadcasts: Type.Integer(),
    clips: Type.Integer(),
    sounds: Type.Integer(),
    files: Type.Integer(),
    bytes: Type.Integer(),
  }),
})
export type BroadcastMeans = Static<typeof BroadcastMeans>
