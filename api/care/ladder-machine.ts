import type { Actor } from '../auth/principal.ts'
import {
  type LadderEffect,
  type LadderEvent,
  type LadderState,
  type Moved,
  type NoteKind,
  type StepState,
  holdTimer,
} from './ladder-state.ts'

type Answer = Extract<LadderEvent, { kind: 'answer' }>
const over: ReadonlySet<LadderState['status']> = new Set(['closed', 'cancelled'])

/** Whether answers are still taken. */
export const isOver = (state: LadderState): boolean => over.has(state.status)

/**
 * The ladder as a pure machine: state and event in, state and effects out. What comes too late, or twice,
 * changes nothing: timers need not be exact, and every event may be delivered again.
 */
export function moveLadder(state: LadderState, event: LadderEvent, now: number): Moved {
  if (over.has(state.status)) return still(state)
  switch (event.kind) {
    case 'start':
      return state.steps.every((step) => step.state === 'waiting' || step.state === 'skipped')
        ? advance(state, [], now)
        : still(state)
    case 'passed':
      return endStep(state, event.step, { state: 'passed', endedAt: now }, 'passed', now)
    case 'unreachable':
      return endStep(state, event.step, { state: 'skipped', endedAt: now }, 'skipped', now)
    case 'answer':
      return answered(state, event, now)
    case 'taken':
      return taken(state, event.by, null, now)
    case 'hold-over':
      return state.status === 'held' ? goOn(state, null, now) : still(state)
    case 'returned':
      return state.status === 'held' || state.status === 'stopped'
        ? goOn(state, event.by, now)
        : still(state)
    case 'handled':
      if (state.status === 'stopped') return still(state)
      return finish(state, 'stopped', [note('stopped', null, event.by), { kind: 'quiet' }], now)
    case 'resolved':
      return finish(state, 'closed', [note('closed'), { kind: 'quiet' }, { kind: 'relief' }], now)
    case 'cancelled':
      return finish(
        state,
        'cancelled',
        [note('cancelled'), { kind: 'quiet' }, { kind: 'relief' }],
        now,
      )
    case 'merged':
      // The other ticket goes on with it: nobody is told that it is over.
      return finish(state, 'cancelled', [note('cancelled'), { kind: 'quiet' }], now)
  }
}

const still = (state: LadderState): Moved => ({ state, effects: [] })

const note = (
  what: NoteKind,
  step: string | null = null,
  by: Actor | null = null,
  text: string | null = null,
): LadderEffect => ({ kind: 'note', what, step, by, text })

const withStep = (state: LadderState, id: string, change: Partial<StepState>): LadderState => ({
  ...state,
  steps: state.steps.map((step) => (step.id === id ? { ...step, ...change } : step)),
})

/** Begins the next group of steps once none is running; where none is left, nobody has answered. */
function advance(state: LadderState, effects: readonly LadderEffect[], now: number): Moved {
  if (state.status !== 'running' || state.steps.some((step) => step.state === 'running')) {
    return { state, effects }
  }
  const first = state.steps.findIndex((step) => step.state === 'waiting')
  if (first < 0) {
    return {
      state: { ...state, status: 'exhausted' },
      effects: [...effects, note('exhausted'), { kind: 'supervise' }],
    }
  }
  const begins = new Set<string>()
  for (const step of state.steps.slice(first)) {
    if (step.state === 'waiting') begins.add(step.id)
    if (!step.parallel) break
  }
  return {
    state: {
      ...state,
      steps: state.steps.map((step) =>
        begins.has(step.id) ? { ...step, state: 'running', startedAt: now } : step,
      ),
    },
    effects: [
      ...effects,
      ...state.steps
        .filter(({ id }) => begins.has(id))
        .flatMap(({ id, waitMs, how }): LadderEffect[] => [
          note('step', id),
          { kind: 'tell', step: id },
          ...(how.includes('supervise') ? [{ kind: 'supervise' } as const] : []),
          { kind: 'timer', of: id, afterMs: waitMs },
        ]),
    ],
  }
}

function endStep(
  state: LadderState,
  id: string,
  change: Partial<StepState>,
  what: NoteKind,
  now: number,
): Moved {
  const step = state.steps.find((one) => one.id === id)
  if (step?.state !== 'running') return still(state)
  const effects: LadderEffect[] = [{ kind: 'drop-timer', of: id }, note(what, id)]
  return advance(withStep(state, id, change), effects, now)
}

function answered(state: LadderState, event: Answer, now: number): Moved {
  const step = stepMeant(state, event.step)
  if (event.step !== null && step === null) return still(state)
  const { answer, by, note: words } = event
  const marked =
    step === null
      ? state
      : withStep(state, step.id, { state: 'answered', endedAt: now, answer, by, note: words })
  if (answer === 'going') return taken(marked, by, step?.id ?? null, now, words)
  const effects: LadderEffect[] = [note('answer', step?.id ?? null, by, words)]
  if (step !== null) effects.unshift({ kind: 'drop-timer', of: step.id })
  if (answer === 'fine') {
    effects.push({ kind: 'spoke', step: step?.id ?? null, by })
    if (state.status === 'stopped') return { state: marked, effects }
    if (step === null || step.stops.includes('fine')) {
      return finish(
        marked,
        'stopped',
        [...effects, note('stopped', step?.id ?? null, by), { kind: 'quiet' }],
        now,
      )
    }
  }
  return advance(marked, effects, now)
}

/** The step named, if it ever began; else the first that runs, else the last that began. */
function stepMeant(state: LadderState, id: string | null): StepState | null {
  const begun = state.steps.filter(({ startedAt }) => startedAt !== null)
  if (id !== null) return begun.find((step) => step.id === id) ?? null
  return begun.find((step) => step.state === 'running') ?? begun.at(-1) ?? null
}

/** Whoever takes it stops the ladder: for good, or for as long as the ladder gives them. */
function taken(
  state: LadderState,
  by: Actor,
  step: string | null,
  now: number,
  words: string | null = null,
): Moved {
  if (state.status === 'stopped') return still(state)
  const effects: LadderEffect[] = [note('taken', step, by, words)]
  if (state.holdMs === null) return finish(state, 'stopped', [...effects, { kind: 'quiet' }], now)
  return finish(
    state,
    'held',
    [...effects, { kind: 'hush', by }, { kind: 'timer', of: holdTimer, afterMs: state.holdMs }],
    now,
  )
}

function goOn(state: LadderState, by: Actor | null, now: number): Moved {
  return advance(
    { ...state, status: 'running' },
    [{ kind: 'drop-timer', of: holdTimer }, note('goes-on', null, by)],
    now,
  )
}

/** No step runs on. Timers go first, so that a new one may follow. */
function finish(
  state: LadderState,
  status: LadderState['status'],
  effects: readonly LadderEffect[],
  now: number,
): Moved {
  return {
    state: {
      ...state,
      status,
      steps: state.steps.map((step) =>
        step.state === 'running' ? { ...step, state: 'rested', endedAt: now } : step,
      ),
    },
    effects: [{ kind: 'drop-timers' }, ...effects],
  }
}
