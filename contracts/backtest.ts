import Type, { type Static } from 'typebox'
import { AnomalyType, Severity } from './anomaly.ts'
import { LocalText } from './text.ts'

/** `POST /backtest` of the gateway. Times are our clock, epoch ms, both inclusive. */
export const BacktestRequest = Type.Object({
  /** A whole file as `config/rules.yaml`. */
  rules: Type.String({ minLength: 1, maxLength: 1_000_000 }),
  from: Type.Number(),
  to: Type.Number(),
  /** Only these; left out: all. */
  communities: Type.Optional(Type.Array(Type.String(), { maxItems: 64 })),
})
export type BacktestRequest = Static<typeof BacktestRequest>

/** One anomaly as a replay raised it. */
export const Raised = Type.Object({
  /** As a live gateway would have named it, where the log reaches back to its first one. */
  id: Type.String(),
  severity: Severity,
  /** Event time, and our time when it was found. */
  at: Type.Number(),
  foundAt: Type.Number(),
  clearedAt: Type.Union([Type.Number(), Type.Null()]),
  repeats: Type.Integer(),
  rule: Type.Object({ id: Type.String(), version: Type.String() }),
  title: LocalText,
})
export type Raised = Static<typeof Raised>

export const backtestChanges = ['new', 'gone', 'moved', 'same'] as const
export const BacktestItem = Type.Object({
  change: Type.Enum(backtestChanges),
  key: Type.String(),
  type: AnomalyType,
  community: Type.String(),
  device: Type.Union([Type.String(), Type.Null()]),
  /** With the rules that were in force; null where it is new. */
  before: Type.Union([Raised, Type.Null()]),
  /** With the changed rules; null where it is gone. */
  after: Type.Union([Raised, Type.Null()]),
  /** Where both are: positive is later, ms. */
  movedMs: Type.Union([Type.Number(), Type.Null()]),
})
export type BacktestItem = Static<typeof BacktestItem>

export const BacktestAnswer = Type.Object({
  items: Type.Array(BacktestItem),
  summary: Type.Object({
    new: Type.Integer(),
    gone: Type.Integer(),
    moved: Type.Integer(),
    same: Type.Integer(),
    /** How many items are left out of the list because there are too many. */
    leftOut: Type.Integer(),
    from: Type.Number(),
    to: Type.Number(),
    log: Type.Object({
      /** Of the first and the last record that was replayed; null where the log is empty. */
      from: Type.Union([Type.Number(), Type.Null()]),
      to: Type.Union([Type.Number(), Type.Null()]),
      records: Type.Integer(),
      /** The state at `from` is built from what lies before it in the log. */
      warmUpMs: Type.Number(),
      /** `now`: no whole roster stands in the log, so people and devices are those of today. */
      roster: Type.Enum(['log', 'now']),
      /** Batches that were swept away while we read. */
      missedBatches: Type.Integer(),
      /** Records that cannot be applied; the live gateway set them aside as well. */
      poisoned: Type.Integer(),
    }),
    /** Open or newest anomalies of the box in this time that the replay with the rules in force does not find. */
    unexplained: Type.Array(Type.Object({ key: Type.String(), at: Type.Number() })),
    elapsedMs: Type.Number(),
  }),
})
export type BacktestAnswer = Static<typeof BacktestAnswer>
