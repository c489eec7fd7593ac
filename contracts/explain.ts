import Type, { type Static } from 'typebox'
import { Evidence } from './anomaly.ts'
import { Subject } from './place.ts'

/** `POST /explain` of the gateway: which anomaly. */
export const ExplainRequest = Type.Object({
  anomaly: Type.String({ maxLength: 128 }),
  key: Type.String({ maxLength: 256 }),
  community: Type.String(),
  device: Type.Union([Type.String(), Type.Null()]),
  subject: Type.Union([Subject, Type.Null()]),
  raisedAt: Type.Number(),
  rule: Type.Union([Type.Object({ id: Type.String(), version: Type.String() }), Type.Null()]),
})
export type ExplainRequest = Static<typeof ExplainRequest>

export const explainSteps = ['reading', 'input', 'state', 'raised', 'repeated', 'cleared'] as const
export const ExplainStep = Type.Object({
  what: Type.Enum(explainSteps),
  /** When it came in, our clock. */
  receivedAt: Type.Number(),
  /** What the device's own clock said, where it says something. */
  deviceAt: Type.Union([Type.Number(), Type.Null()]),
  /** Device, engine, or id of the anomaly. */
  who: Type.String(),
  /** `noise = 72`; the new state as the engine keeps it; null where a state was dropped. */
  says: Type.Union([Type.String({ maxLength: 4_000 }), Type.Null()]),
})
export type ExplainStep = Static<typeof ExplainStep>

export const GatewayExplanation = Type.Object({
  log: Type.Object({
    from: Type.Union([Type.Number(), Type.Null()]),
    to: Type.Union([Type.Number(), Type.Null()]),
    /** False: what led to it has been swept away, and the steps are what is left. */
    reachesBack: Type.Boolean(),
  }),
  rule: Type.Union([
    Type.Object({
      id: Type.String(),
      version: Type.String(),
      /** Thresholds, durations, expression; null where the rules have changed since. */
      definition: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
    }),
    Type.Null(),
  ]),
  steps: Type.Array(ExplainStep),
  /** Steps before those shown that are left out. */
  leftOut: Type.Integer(),
  /** The replay raised it again under the same id. */
  reproduced: Type.Boolean(),
  /** Still waiting to go up. */
  queued: Type.Boolean(),
})
export type GatewayExplanation = Static<typeof GatewayExplanation>

/** `GET /api/v1/tickets/{id}/explain`. */
export const TicketExplanation = Type.Object({
  ticket: Type.Object({
    id: Type.String(),
    number: Type.String(),
    title: Type.String(),
    status: Type.String(),
    createdAt: Type.Number(),
  }),
  /** Null where people opened it: then there is no chain. */
  anomaly: Type.Union([ExplainRequest, Type.Null()]),
  /** Null where the box does not answer, with the reason in `problem`. */
  gateway: Type.Union([GatewayExplanation, Type.Null()]),
  problem: Type.Union([Type.String(), Type.Null()]),
  /** Reports of the box that came under this key: delivery, repeats. */
  reports: Type.Array(
    Type.Object({ id: Type.String(), raisedAt: Type.Number(), receivedAt: Type.Number() }),
  ),
  evidence: Type.Array(Evidence),
  timeline: Type.Array(
    Type.Object({ ts: Type.Number(), what: Type.String(), by: Type.String(), note: Type.String() }),
  ),
})
export type TicketExplanation = Static<typeof TicketExplanation>
