import Type, { type Static } from 'typebox'
import { LocalText } from './text.ts'
import { RulesSource } from './rules.ts'

/** Something that is missing or broken, and the command that mends it. */
export const Problem = Type.Object({
  code: Type.String({ description: 'a code of docs/ERRORS.md' }),
  what: LocalText,
  hint: LocalText,
  command: Type.Union([Type.String(), Type.Null()]),
})
export type Problem = Static<typeof Problem>

export const Quarantined = Type.Object({
  ts: Type.Number(),
  topic: Type.String(),
  client: Type.String(),
  code: Type.String(),
  detail: Type.String({ maxLength: 500 }),
  bytes: Type.Integer(),
})
export type Quarantined = Static<typeof Quarantined>

/** What one adapter has taken in since the start, and what of it was not understood. */
export const AdapterHealth = Type.Object({
  name: Type.String(),
  community: Type.String(),
  /** Devices that it has brought in and that have not gone. */
  devices: Type.Integer(),
  messages: Type.Integer(),
  inputs: Type.Integer(),
  refused: Type.Integer(),
  lastAt: Type.Union([Type.Number(), Type.Null()]),
  counters: Type.Record(Type.String(), Type.Integer()),
})
export type AdapterHealth = Static<typeof AdapterHealth>

export const CameraHealth = Type.Object({
  id: Type.String(),
  state: Type.Union([
    Type.Literal('ok'),
    Type.Literal('offline'),
    Type.Literal('frozen'),
    Type.Literal('covered'),
    Type.Literal('defocused'),
    Type.Literal('moved'),
    Type.Literal('waiting'),
  ]),
  lastFrameAt: Type.Union([Type.Number(), Type.Null()]),
  framesIn: Type.Integer(),
  framesAnalysed: Type.Integer(),
  framesDropped: Type.Integer(),
})
export type CameraHealth = Static<typeof CameraHealth>

/** The gateway's own account of itself: private interface `GET /health`, embedded in `/api/v1/health`. */
export const GatewayHealth = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
  startedAt: Type.Number(),
  ready: Type.Boolean(),
  problems: Type.Array(Problem),
  broker: Type.Object({
    kind: Type.Union([Type.Literal('embedded'), Type.Literal('external')]),
    connected: Type.Boolean(),
    clients: Type.Integer(),
    /** Topics of adapters that an external broker's access list refused: the first of them. */
    refusedTopics: Type.Optional(Type.Array(Type.String())),
  }),
  readings: Type.Object({ in: Type.Integer(), stored: Type.Integer(), duplicates: Type.Integer() }),
  frames: Type.Object({ in: Type.Integer(), analysed: Type.Integer(), dropped: Type.Integer() }),
  /** What the detectors did since the start: frames, those of them that the motion gate let pass, and ms of each stage. */
  vision: Type.Optional(
    Type.Object({
      analysed: Type.Integer(),
      shut: Type.Integer(),
      gateMs: Type.Number(),
      decodeMs: Type.Number(),
      inferMs: Type.Number(),
    }),
  ),
  outbox: Type.Object({
    depth: Type.Integer(),
    oldestAt: Type.Union([Type.Number(), Type.Null()]),
    poisoned: Type.Integer(),
  }),
  series: Type.Object({
    kind: Type.String(),
    lagRecords: Type.Integer(),
    lastError: Type.Union([Type.String(), Type.Null()]),
  }),
  quarantine: Type.Object({
    total: Type.Integer(),
    byCode: Type.Record(Type.String(), Type.Integer()),
    recent: Type.Array(Quarantined),
  }),
  /** Named counters of everything that a bound has dropped. */
  dropped: Type.Record(Type.String(), Type.Integer()),
  cameras: Type.Array(CameraHealth),
  adapters: Type.Optional(Type.Array(AdapterHealth)),
  /** What each engine was told and said, and what it holds, since the start or the last change of rules. */
  engines: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()))),
  /** In force; null while the box starts. */
  rules: Type.Optional(
    Type.Union([Type.Object({ source: RulesSource, version: Type.String() }), Type.Null()]),
  ),
  commitMs: Type.Object({ p50: Type.Number(), p99: Type.Number() }),
  loopDelayMs: Type.Object({ p50: Type.Number(), p99: Type.Number() }),
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Union([Type.Literal('loaded'), Type.Literal('missing'), Type.Literal('refused')]),
      sha256: Type.Union([Type.String(), Type.Null()]),
      /** Files of that name with a wrong sha256; the model may still have been found elsewhere. */
      refusedFiles: Type.Optional(Type.Array(Type.String())),
    }),
  ),
})
export type GatewayHealth = Static<typeof GatewayHealth>
