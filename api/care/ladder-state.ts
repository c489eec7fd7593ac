import type { LadderAnswer, LadderHow, LadderWho } from '../../contracts/ladder.ts'
import type { Actor } from '../auth/principal.ts'

/**
 * `held`: somebody took it and has some time; `stopped`: taken for good, or all is well; `exhausted`: nobody
 * answered on any step; the last two are the end, and each has one relief at most.
 */
export const ladderStatuses = [
  'running',
  'held',
  'stopped',
  'exhausted',
  'closed',
  'cancelled',
] as const
export type LadderStatus = (typeof ladderStatuses)[number]

/** `rested`: somebody took the matter first; `skipped`: there was nobody to tell. */
export const stepStates = ['waiting', 'running', 'answered', 'passed', 'skipped', 'rested'] as const
export type StepStateName = (typeof stepStates)[number]

export interface StepState {
  readonly id: string
  readonly who: LadderWho
  readonly how: readonly LadderHow[]
  readonly waitMs: number
  readonly parallel: boolean
  readonly stops: readonly LadderAnswer[]
  readonly state: StepStateName
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly answer: LadderAnswer | null
  readonly by: Actor | null
  readonly note: string | null
}

export interface LadderState {
  readonly status: LadderStatus
  /** How long who took it has; null: it stays stopped. */
  readonly holdMs: number | null
  readonly steps: readonly StepState[]
}

export type LadderEvent =
  | { readonly kind: 'start' }
  /** The time of a step is over. */
  | { readonly kind: 'passed'; readonly step: string }
  /** The time of who took it is over. */
  | { readonly kind: 'hold-over' }
  /** There is nobody on this step who could be told. */
  | { readonly kind: 'unreachable'; readonly step: string }
  | {
      readonly kind: 'answer'
      readonly step: string | null
      readonly answer: LadderAnswer
      readonly by: Actor
      readonly note: string | null
    }
  | { readonly kind: 'taken'; readonly by: Actor }
  | { readonly kind: 'handled'; readonly by: Actor }
  | { readonly kind: 'returned'; readonly by: Actor }
  | { readonly kind: 'resolved' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'merged' }

export type NoteKind =
  | 'step'
  | 'passed'
  | 'skipped'
  | 'answer'
  | 'taken'
  | 'goes-on'
  | 'stopped'
  | 'exhausted'
  | 'closed'
  | 'cancelled'

/** What the world is to do. Timers are spans: who keeps them knows no wall clock. */
export type LadderEffect =
  | { readonly kind: 'tell'; readonly step: string }
  | { readonly kind: 'timer'; readonly of: string; readonly afterMs: number }
  | { readonly kind: 'drop-timers' }
  | { readonly kind: 'drop-timer'; readonly of: string }
  | { readonly kind: 'supervise' }
  /** They spoke to the person: a sign of life for the box. */
  | { readonly kind: 'spoke'; readonly step: string | null; readonly by: Actor }
  /** Somebody has it: repeats stop, later steps may still go out. */
  | { readonly kind: 'hush'; readonly by: Actor }
  /** Nothing more goes out but reliefs. */
  | { readonly kind: 'quiet' }
  | { readonly kind: 'relief' }
  | {
      readonly kind: 'note'
      readonly what: NoteKind
      readonly step: string | null
      readonly by: Actor | null
      readonly text: string | null
    }

/** The key of the timer of who took it; no step has such an id. */
export const holdTimer = '+hold'

export interface Moved {
  readonly state: LadderState
  readonly effects: readonly LadderEffect[]
}
