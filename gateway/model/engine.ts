import type { AnyEffect, Effect } from './effect.ts'
import type { Input } from './input.ts'

export interface StateRow {
  readonly key: string
  /** JSON; null deletes the row. */
  readonly value: string | null
}

/**
 * A deterministic decider: its effects depend on the restored state, the roster and the inputs so far,
 * and on nothing else. It reads no clock; time comes in with the inputs (`receivedAt`, `tick`).
 * The pipeline saves `takeDirty()` in the transaction that commits the inputs.
 */
export interface Engine<E extends AnyEffect = Effect> {
  apply(input: Input): readonly E[]
  /** The earliest time at which a tick would have an effect, epoch ms; null when nothing waits. */
  nextDueAt(): number | null
  restore(rows: Iterable<StateRow>): void
  takeDirty(): readonly StateRow[]
  /** Counts since the engine was made, and how much it holds now; a fixed set of names. */
  stats?(): Readonly<Record<string, number>>
}
