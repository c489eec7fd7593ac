import Type, { type Static, type TSchema } from 'typebox'
import { anomalyTypes } from '../contracts/anomaly.ts'
import { Broadcast } from './broadcast-schema.ts'
import { Notify } from './notify-schema.ts'
import { AdapterConfig } from './adapter-schema.ts'

const nullable = <T extends TSchema>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { default: null, description })
const name = (description: string) =>
  nullable(Type.String({ minLength: 1, maxLength: 256 }), description)
const file = (description: string) =>
  nullable(Type.String({ minLength: 1, maxLength: 4_096 }), `PEM file ${description}`)
const closed = { additionalProperties: false, default: {} } as const

const acceptedBy = name('who accepted that plaintext leaves this machine; null closes it')

const Broker = Type.Object(
  {
    url: nullable(
      Type.String({ pattern: '^(mqtt|mqtts|ws|wss)://.+$', maxLength: 1_000 }),
      'an external broker, mqtt://… or mqtts://…; null uses the embedded one',
    ),
    username: name('for the external broker'),
    password: name('for the external broker'),
    caFile: file('of the authority that signed its certificate; null trusts those of the system'),
    certFile: file('our own certificate, where it asks for one'),
    keyFile: file('the key of certFile'),
    clientId: name('of our session there; null takes linli-gateway-COMMUNITY'),
    connectionsMax: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 2_000,
      description: 'of the embedded broker',
    }),
    plaintextAcceptedBy: acceptedBy,
  },
  closed,
)

const Influx = Type.Object(
  {
    protocol: Type.Union([Type.Literal('http'), Type.Literal('https')], { default: 'http' }),
    host: Type.String({ minLength: 1, maxLength: 253, default: '127.0.0.1' }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 8_086 }),
    database: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', default: 'linli' }),
    username: name('null where InfluxDB asks for none'),
    password: name('null where InfluxDB asks for none'),
  },
  closed,
)

const Telemetry = Type.Object(
  {
    kind: Type.Union([Type.Literal('sqlite'), Type.Literal('influx')], { default: 'sqlite' }),
    rawDays: Type.Integer({
      minimum: 1,
      maximum: 3_650,
      default: 30,
      description: 'days that raw readings are kept; roll-ups stay longer',
    }),
    influx: Influx,
  },
  closed,
)

const Detectors = Type.Object(
  {
    workers: nullable(
      Type.Integer({ minimum: 1, maximum: 64 }),
      'threads that run models; null takes one less than the processors, at least one',
    ),
    objects: Type.Boolean({ default: true }),
    faces: Type.Boolean({ default: true }),
    recognition: Type.Boolean({
      default: true,
      description: 'whose face it is, and whether it lives',
    }),
    plates: Type.Boolean({ default: true }),
    objectModel: Type.Enum(['nano', 'picodet'], {
      default: 'nano',
      description: 'picodet finds a little more in twice the time',
    }),
    plateModel: Type.Enum(['320', '640'], {
      default: '640',
      description: '320 is four times as fast and misses small plates',
    }),
  },
  closed,
)

const Cameras = Type.Object(
  {
    allowedFolders: Type.Array(Type.String({ minLength: 1, maxLength: 4_096 }), {
      maxItems: 64,
      default: [],
      description: 'folders from which video files may be played; none means no files',
    }),
    allowedNetworks: Type.Array(Type.String({ minLength: 3, maxLength: 64 }), {
      maxItems: 64,
      default: [],
      description:
        'networks in which cameras may be, 192.168.10.0/24; none means no network camera',
    }),
    clipBeforeSeconds: Type.Number({ minimum: 0, maximum: 30, default: 5 }),
    clipAfterSeconds: Type.Number({ minimum: 0, maximum: 30, default: 5 }),
    evidenceDays: Type.Integer({
      minimum: 1,
      maximum: 3_650,
      default: 30,
      description: 'days that pictures and clips stay after their ticket has closed',
    }),
    maxFps: Type.Number({
      exclusiveMinimum: 0,
      maximum: 60,
      default: 5,
      description: 'frames a second taken from one source',
    }),
  },
  closed,
)

const Access = Type.Object(
  {
    pictureLivenessAcceptedBy: name(
      'who accepted that pictures alone tell a live face, e.g. "Wang Fang, 2026-11-20"; null: such doors need a PIN too',
    ),
    falseAcceptRate: Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.01,
      default: 0.001,
      description:
        'share of strangers that may be taken for somebody, at the present number of faces',
    }),
    strangerCrops: Type.Boolean({
      default: false,
      description: 'keep a blurred picture of who was refused, for at most 24 hours',
    }),
    filingNumber: name('of the filing that 100,000 stored faces demand'),
    relayAddresses: Type.Array(Type.String({ minLength: 8, maxLength: 256 }), {
      maxItems: 64,
      default: [],
      description: 'addresses that a relay may call: http://192.168.10.40/relay/',
    }),
  },
  closed,
)

const Watchlist = Type.Object(
  {
    enabled: Type.Boolean({
      default: false,
      description: 'comparison with approved entries; needs a written authority for each',
    }),
  },
  closed,
)

const Rules = Type.Object(
  { file: name('rules to use in place of the shipped config/rules.yaml') },
  closed,
)

const Ladders = Type.Object(
  { file: name('ladders to use in place of the shipped config/ladders.yaml') },
  closed,
)

const Organisation = Type.Object(
  {
    file: name('units and duties to begin with, in place of the shipped config/org.yaml'),
    categories: name('a table of the columns of config/categories.csv, in place of it'),
    categorySettings: name('in place of config/categories.yaml: code lengths, flags, limits'),
  },
  closed,
)

const CarePlans = Type.Object(
  {
    file: name('levels and checklist to use in place of the shipped config/care-plans.yaml'),
    visitDays: Type.Integer({
      minimum: 60,
      maximum: 3_650,
      default: 1_095,
      description: 'days that a visit stays on record',
    }),
    photoDays: Type.Integer({
      minimum: 1,
      maximum: 3_650,
      default: 90,
      description: 'days that photos of visits stay; never longer than the visit',
    }),
  },
  closed,
)

const Alarm = Type.Object(
  {
    types: Type.Array(Type.Enum(anomalyTypes), {
      maxItems: 64,
      default: ['smoke.alarm', 'gas.alarm', 'flame.visible'],
      description: 'critical anomalies that sound sirens and loudspeakers of their place at once',
    }),
    sirenSeconds: Type.Integer({ minimum: 1, maximum: 3_600, default: 60 }),
    minGapSeconds: Type.Integer({
      minimum: 1,
      maximum: 3_600,
      default: 30,
      description: 'one siren is not told again within this time',
    }),
    testMode: Type.Boolean({
      default: false,
      description: 'sounds nothing; the history says what would have sounded',
    }),
  },
  closed,
)

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
const Log = Type.Object(
  {
    level: Type.Enum(logLevels, { default: 'info' }),
  },
  closed,
)

/** The YAML file named by `LINLI_CONFIG`. Each key has a default; config/linli.example.yaml shows all. */
export const Config = Type.Object(
  {
    broker: Broker,
    http: Type.Object({ plaintextAcceptedBy: acceptedBy }, closed),
    telemetry: Telemetry,
    detectors: Detectors,
    cameras: Cameras,
    access: Access,
    watchlist: Watchlist,
    adapters: AdapterConfig,
    rules: Rules,
    alarm: Alarm,
    notify: Notify,
    broadcast: Broadcast,
    organisation: Organisation,
    ladders: Ladders,
    carePlans: CarePlans,
    log: Log,
  },
  closed,
)
export type Config = Static<typeof Config>
