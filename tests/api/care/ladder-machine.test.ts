import { describe, expect, test } from 'vitest'
import { isOver, moveLadder } from '../../../api/care/ladder-machine.ts'
import {
  type LadderEffect,
  type LadderEvent,
  type LadderState,
  type StepState,
  holdTimer,
} from '../../../api/care/ladder-state.ts'

const chen = { kind: 'user', id: 'usr_chen', name: '陈禾' }
const son = { kind: 'contact', id: 'con_son', name: '吴建安' }

const step = (id: string, change: Partial<StepState> = {}): StepState => ({
  id,
  who: 'grid',
  how: ['message'],
  waitMs: 60_000,
  parallel: false,
  stops: ['going', 'fine'],
  state: 'waiting',
  startedAt: null,
  endedAt: null,
  answer: null,
  by: null,
  note: null,
  ...change,
})

const ladder = (steps: StepState[], holdMs: number | null = null): LadderState => ({
  status: 'running',
  holdMs,
  steps,
})

/** Plays events one after the other, a second apart, and gathers what was to be done. */
function play(start: LadderState, ...events: LadderEvent[]) {
  let state = start
  let now = 0
  const effects: LadderEffect[] = []
  for (const event of events) {
    now += 1_000
    const moved = moveLadder(state, event, now)
    state = moved.state
    effects.push(...moved.effects)
  }
  return { state, effects, told: told(effects), steps: state.steps.map((one) => one.state) }
}
const told = (effects: readonly LadderEffect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === 'tell' ? [effect.step] : []))
const kinds = (effects: readonly LadderEffect[]) => effects.map(({ kind }) => kind)
const answer = (
  given: 'going' | 'fine' | 'no-answer' | 'not-reached',
  of: string | null = null,
): LadderEvent => ({ kind: 'answer', step: of, answer: given, by: son, note: null })
const start: LadderEvent = { kind: 'start' }
const three = () => ladder([step('elder'), step('family'), step('grid')])

describe('the ladder', () => {
  test('begins with its first step, which has a timer and an entry', () => {
    const { state, effects } = play(three(), start)
    expect(state.steps.map((one) => one.state)).toEqual(['running', 'waiting', 'waiting'])
    expect(state.steps[0]?.startedAt).toBe(1_000)
    expect(effects).toEqual([
      { kind: 'note', what: 'step', step: 'elder', by: null, text: null },
      { kind: 'tell', step: 'elder' },
      { kind: 'timer', of: 'elder', afterMs: 60_000 },
    ])
  })

  test('a second start does nothing: it may be delivered again', () => {
    expect(play(three(), start, start).told).toEqual(['elder'])
  })

  test('silence calls the next, each once, up to the last; then somebody superior is named', () => {
    const passed = (id: string): LadderEvent => ({ kind: 'passed', step: id })
    const end = play(three(), start, passed('elder'), passed('family'), passed('grid'))
    expect(end.told).toEqual(['elder', 'family', 'grid'])
    expect(end.steps).toEqual(['passed', 'passed', 'passed'])
    expect(end.state.status).toBe('exhausted')
    expect(kinds(end.effects)).toContain('supervise')
    expect(kinds(end.effects)).not.toContain('relief')
  })

  test('a timer that comes late or twice changes nothing', () => {
    const passed: LadderEvent = { kind: 'passed', step: 'elder' }
    const end = play(three(), start, passed, passed, { kind: 'passed', step: 'nobody' })
    expect(end.told).toEqual(['elder', 'family'])
  })

  test('who cannot be told is passed over at once, and it is said', () => {
    const end = play(three(), start, { kind: 'unreachable', step: 'elder' })
    expect(end.told).toEqual(['elder', 'family'])
    expect(end.steps).toEqual(['skipped', 'running', 'waiting'])
    expect(end.effects).toContainEqual(expect.objectContaining({ what: 'skipped', step: 'elder' }))
  })

  test('a ladder without steps, or with nobody left from the start, is exhausted at once', () => {
    expect(play(ladder([]), start).state.status).toBe('exhausted')
    const none = ladder([step('family', { state: 'skipped' }), step('grid')])
    expect(play(none, start).told).toEqual(['grid'])
  })

  test('parallel steps begin together, and the next waits for all of them', () => {
    const both = ladder([step('a', { parallel: true }), step('b'), step('c')])
    const begun = play(both, start)
    expect(begun.told).toEqual(['a', 'b'])
    const one = play(both, start, { kind: 'passed', step: 'a' })
    expect(one.told).toEqual(['a', 'b'])
    const end = play(both, start, { kind: 'passed', step: 'a' }, answer('no-answer', 'b'))
    expect(end.told).toEqual(['a', 'b', 'c'])
  })

  for (const given of ['no-answer', 'not-reached'] as const) {
    test(`“${given}” does not wait for the timer`, () => {
      const end = play(three(), start, answer(given))
      expect(end.told).toEqual(['elder', 'family'])
      expect(end.state.steps[0]).toMatchObject({ state: 'answered', answer: given, by: son })
      expect(end.effects).toContainEqual({ kind: 'drop-timer', of: 'elder' })
    })
  }

  test('“I go” stops it for good where no time is given', () => {
    const end = play(three(), start, answer('going', 'elder'), { kind: 'passed', step: 'elder' })
    expect(end.state.status).toBe('stopped')
    expect(end.told).toEqual(['elder'])
    expect(kinds(end.effects)).toEqual(expect.arrayContaining(['drop-timers', 'quiet']))
  })

  test('“I go” of one stops what runs beside it', () => {
    const both = ladder([step('a', { parallel: true }), step('b'), step('c')])
    const end = play(both, start, answer('going', 'b'))
    expect(end.steps).toEqual(['rested', 'answered', 'waiting'])
  })

  test('accepting the ticket takes it; with a time limit the rest only wait, and go on when it is over', () => {
    const held = play(ladder(three().steps as StepState[], 1_800_000), start, {
      kind: 'taken',
      by: chen,
    })
    expect(held.state.status).toBe('held')
    expect(held.effects.at(-1)).toEqual({ kind: 'timer', of: holdTimer, afterMs: 1_800_000 })
    expect(kinds(held.effects)).toContain('hush')
    expect(kinds(held.effects)).not.toContain('quiet')
    const on = play(held.state, { kind: 'hold-over' })
    expect(on.told).toEqual(['family'])
    expect(on.effects).toContainEqual(expect.objectContaining({ what: 'goes-on' }))
    // It was taken again meanwhile: the old limit does not count.
    expect(play(on.state, { kind: 'taken', by: chen }).state.status).toBe('held')
  })

  test('who takes it again has the whole time again', () => {
    const held = play(ladder(three().steps as StepState[], 60_000), start, {
      kind: 'taken',
      by: chen,
    })
    const again = play(held.state, { kind: 'taken', by: chen })
    expect(kinds(again.effects)).toEqual(['drop-timers', 'note', 'hush', 'timer'])
  })

  test('a limit that is over while nobody holds it changes nothing', () => {
    expect(play(three(), start, { kind: 'hold-over' }).told).toEqual(['elder'])
  })

  test('“they are fine” stops it where words are enough, and is a sign of life', () => {
    const end = play(three(), start, answer('fine', 'elder'))
    expect(end.state.status).toBe('stopped')
    expect(end.effects).toContainEqual({ kind: 'spoke', step: 'elder', by: son })
    expect(kinds(end.effects)).toContain('quiet')
  })

  test('with smoke, “they are fine” is noted and the ladder goes on', () => {
    const fire = ladder([step('family', { stops: ['going'] }), step('grid')])
    const end = play(fire, start, answer('fine', 'family'))
    expect(end.state.status).toBe('running')
    expect(end.told).toEqual(['family', 'grid'])
    expect(end.effects).toContainEqual(expect.objectContaining({ kind: 'spoke' }))
  })

  test('an answer without a step is for the one that runs', () => {
    const end = play(three(), start, answer('no-answer'), answer('no-answer'))
    expect(end.told).toEqual(['elder', 'family', 'grid'])
  })

  test('an answer for a step that has not begun, or is unknown, changes nothing', () => {
    expect(play(three(), start, answer('going', 'grid')).state.status).toBe('running')
    expect(play(three(), start, answer('going', 'nobody')).effects).toHaveLength(3)
  })

  test('an answer before anything has begun counts for the whole ladder', () => {
    expect(play(three(), answer('fine')).state.status).toBe('stopped')
    expect(play(three(), answer('going')).state.status).toBe('stopped')
  })

  test('the late answer of somebody who was passed over still counts', () => {
    const passed: LadderEvent = { kind: 'passed', step: 'elder' }
    const end = play(three(), start, passed, answer('going', 'elder'))
    expect(end.state.status).toBe('stopped')
    expect(end.steps).toEqual(['answered', 'rested', 'waiting'])
  })

  test('after it was stopped, a “fine” is still a sign of life and nothing else', () => {
    const end = play(three(), start, answer('going'), answer('fine', 'elder'))
    expect(end.state.status).toBe('stopped')
    expect(kinds(end.effects)).toContain('spoke')
    expect(play(end.state, { kind: 'taken', by: chen }).effects).toEqual([])
  })

  test('a ticket that comes back lets it go on with the next', () => {
    const end = play(three(), start, answer('going'), { kind: 'returned', by: chen })
    expect(end.told).toEqual(['elder', 'family'])
    expect(play(three(), start, { kind: 'returned', by: chen }).told).toEqual(['elder'])
  })

  test('after nobody answered, somebody may still take it', () => {
    const alone = ladder([step('grid')])
    const end = play(alone, start, { kind: 'passed', step: 'grid' }, { kind: 'taken', by: chen })
    expect(end.state.status).toBe('stopped')
  })

  test('what was handled stays stopped, once', () => {
    const end = play(three(), start, { kind: 'handled', by: chen })
    expect(end.state.status).toBe('stopped')
    expect(play(end.state, { kind: 'handled', by: chen }).effects).toEqual([])
  })

  test('seen again closes it and tells everybody, once', () => {
    const end = play(three(), start, { kind: 'resolved' }, { kind: 'resolved' }, answer('going'))
    expect(end.state.status).toBe('closed')
    expect(kinds(end.effects).filter((kind) => kind === 'relief')).toHaveLength(1)
    expect(isOver(end.state)).toBe(true)
    expect(end.told).toEqual(['elder'])
  })

  test('seen again after somebody took it: they too are told', () => {
    const end = play(three(), start, answer('going'), { kind: 'resolved' })
    expect(end.state.status).toBe('closed')
    expect(kinds(end.effects)).toContain('relief')
  })

  test('away or dead: it ends, and who was alarmed hears it', () => {
    const end = play(three(), start, { kind: 'cancelled' })
    expect(end.state.status).toBe('cancelled')
    expect(kinds(end.effects)).toContain('relief')
  })

  test('merged into another ticket: it ends without a word, the other goes on', () => {
    const end = play(three(), start, { kind: 'merged' })
    expect(end.state.status).toBe('cancelled')
    expect(kinds(end.effects)).not.toContain('relief')
  })

  test('the same events give the same ladder', () => {
    const events = [start, answer('no-answer'), { kind: 'passed', step: 'family' } as const]
    expect(play(three(), ...events)).toEqual(play(three(), ...events))
  })
})
