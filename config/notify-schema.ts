import Type, { type Static } from 'typebox'
import { severities } from '../contracts/anomaly.ts'
import { Slug } from '../contracts/ids.ts'
import { Language, QuietHours, TimeOfDay, digestEvery } from '../contracts/notify.ts'

const closed = { additionalProperties: false } as const
const name = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' })
const secret = Type.String({ minLength: 1, maxLength: 512 })
const httpUrl = Type.String({ pattern: '^https?://.+$', maxLength: 2_000 })
const seconds = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 86_400, default: value, description })

const Webhook = Type.Object({ name, kind: Type.Literal('webhook'), url: httpUrl, secret }, closed)
const WeCom = Type.Object(
  {
    name,
    kind: Type.Literal('wecom'),
    url: httpUrl,
    mention: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 50,
      default: [],
      description: 'user ids or @all, named in critical messages',
    }),
  },
  closed,
)
const Robot = {
  name,
  url: httpUrl,
  secret: Type.Optional(secret),
  /** Where the robot is protected by a word: it is put in front of the text. */
  keyword: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
}
const DingTalk = Type.Object({ ...Robot, kind: Type.Literal('dingtalk') }, closed)
const Feishu = Type.Object({ ...Robot, kind: Type.Literal('feishu') }, closed)
const Sms = Type.Object(
  {
    name,
    kind: Type.Literal('sms'),
    method: Type.Enum(['GET', 'POST', 'PUT'], { default: 'POST' }),
    url: httpUrl,
    headers: Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
      Type.String({ maxLength: 1_000 }),
      { default: {} },
    ),
    body: Type.Optional(
      Type.String({
        maxLength: 8_000,
        description: 'with {phone}, {text}, {title}, {id}, {secret}; {json:text} etc. inside JSON',
      }),
    ),
    secret: Type.Optional(secret),
    success: Type.String({
      maxLength: 1_000,
      default: 'status >= 200 && status < 300',
      description: 'expression over status, text and json that says that it was taken',
    }),
    perMinute: Type.Integer({ minimum: 1, maximum: 6_000, default: 60 }),
  },
  closed,
)
const Email = Type.Object(
  {
    name,
    kind: Type.Literal('email'),
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 465 }),
    security: Type.Enum(['tls', 'starttls', 'none'], {
      default: 'tls',
      description: 'none only where plaintextAcceptedBy says who accepted it',
    }),
    plaintextAcceptedBy: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    username: Type.Optional(Type.String({ maxLength: 256 })),
    password: Type.Optional(secret),
    from: Type.String({ minLength: 3, maxLength: 320 }),
    perMinute: Type.Integer({ minimum: 1, maximum: 6_000, default: 60 }),
  },
  closed,
)

export const NotifyChannel = Type.Union([Webhook, WeCom, DingTalk, Feishu, Sms, Email])
export type NotifyChannel = Static<typeof NotifyChannel>

const DutyShift = Type.Object(
  {
    days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
      minItems: 1,
      maxItems: 7,
      description: '1 is Monday',
    }),
    from: TimeOfDay,
    to: TimeOfDay,
    users: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 }),
  },
  closed,
)

const Group = Type.Object(
  {
    name,
    communities: Type.Array(Slug, { maxItems: 200, default: [], description: 'none means all' }),
    severities: Type.Array(Type.Enum(severities), {
      maxItems: 3,
      default: ['critical', 'major'],
      description: 'of new tickets; none: only where a ladder names the group',
    }),
    channels: Type.Array(name, { maxItems: 16, default: [] }),
    users: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 100,
      default: [],
      description: 'user names, always',
    }),
    shifts: Type.Array(DutyShift, { maxItems: 64, default: [], description: 'who, and when' }),
  },
  closed,
)
export type NotifyGroup = Static<typeof Group>

const Repeat = Type.Object(
  {
    everySeconds: seconds(300, 'a critical alarm that nobody acknowledged comes again'),
    times: Type.Integer({ minimum: 0, maximum: 100, default: 12 }),
  },
  { ...closed, default: {} },
)

const PerPerson = Type.Object(
  {
    perMinute: Type.Integer({ minimum: 2, maximum: 1_000, default: 6 }),
    perHour: Type.Integer({
      minimum: 2,
      maximum: 10_000,
      default: 60,
      description: 'does not hold critical ones back; perMinute does',
    }),
  },
  { ...closed, default: {} },
)

/** Who is told of what, how often and by which way. */
export const Notify = Type.Object(
  {
    language: Type.Union([Language], { default: 'zh', description: 'of robots and of contacts' }),
    perPerson: PerPerson,
    quietHours: Type.Union([QuietHours, Type.Null()], {
      default: { from: '22:00', to: '07:00' },
      description: 'never for critical ones; write from and to alike for none',
    }),
    minorDigest: Type.Enum(digestEvery, { default: 'hour' }),
    repeat: Repeat,
    expireHours: Type.Integer({ minimum: 1, maximum: 720, default: 24 }),
    keepDays: Type.Integer({ minimum: 1, maximum: 3_650, default: 180 }),
    staffOnScreen: Type.Boolean({
      default: true,
      description: 'new critical and major tickets appear to staff and grid of their community',
    }),
    allowedAddresses: Type.Array(Type.String({ minLength: 3, maxLength: 64 }), {
      maxItems: 64,
      default: [],
      description: 'private networks in which a channel may be, 192.168.10.0/24; none means none',
    }),
    channels: Type.Array(NotifyChannel, { maxItems: 32, default: [] }),
    groups: Type.Array(Group, { maxItems: 64, default: [] }),
  },
  { ...closed, default: {} },
)
export type NotifySettings = Static<typeof Notify>
