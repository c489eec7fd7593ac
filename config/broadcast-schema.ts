import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false, default: {} } as const
const days = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3_650, default: value, description })
const voice = (value: string) =>
  Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$', default: value })

const Speech = Type.Object(
  {
    command: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
      minItems: 1,
      maxItems: 64,
      default: ['espeak-ng', '-b', '1', '-s', '150', '-v', '{voice}', '--stdin', '--stdout'],
      description:
        'program and arguments, no shell; text on its input unless {text} is there, sound on its output unless {out} is; {voice}, {lang}',
    }),
    voices: Type.Object({ zh: voice('cmn'), en: voice('en-gb') }, closed),
    timeoutSeconds: Type.Integer({ minimum: 1, maximum: 300, default: 20 }),
    atOnce: Type.Integer({ minimum: 1, maximum: 16, default: 2 }),
  },
  closed,
)

/** What loudspeakers play, and for how long it is kept. */
export const Broadcast = Type.Object(
  {
    address: Type.Union(
      [Type.String({ pattern: '^https?://[^/?#@\\s]+$', maxLength: 300 }), Type.Null()],
      {
        default: null,
        description:
          'where loudspeakers fetch sounds, http://192.168.10.2:8080; null takes where this box listens',
      },
    ),
    speech: Speech,
    clipSecondsMax: Type.Integer({ minimum: 1, maximum: 3_600, default: 600 }),
    clipMegabytesMax: Type.Integer({ minimum: 1, maximum: 200, default: 20 }),
    soundsMegabytesMax: Type.Integer({
      minimum: 10,
      maximum: 100_000,
      default: 1_000,
      description: 'of all clips and spoken texts on disk',
    }),
    keepDays: days(180, 'announcements that are over, with their receipts'),
    clipDays: days(400, 'clips that nobody has played so long; one that is scheduled stays'),
    speechDays: days(30, 'spoken texts that nobody has needed so long; they are spoken anew'),
  },
  closed,
)
export type BroadcastSettings = Static<typeof Broadcast>
