import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { AnyEffect } from '../../../gateway/model/effect.ts'
import type { Input } from '../../../gateway/model/input.ts'
import type { RosterBook } from '../../../gateway/model/roster-book.ts'
import {
  access,
  aDevice,
  changeResident,
  community,
  engineOf,
  rosterOf,
  t0,
  visit,
  wu,
} from './stand.ts'

/** xorshift32: the same seed, the same week. */
function dice(seed: number): (below: number) => number {
  let x = seed || 1
  return (below) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return Math.abs(x) % below
  }
}

const devices = ['door', 'motion', 'water', 'lock'].map((id) => aDevice(id))
const theRoster = (): RosterBook =>
  rosterOf(
    [
      wu({ watch: { windowMs: 6 * hourMs, since: t0 - hourMs } }),
      wu({ id: 'li', honorific: '李爷爷', watch: { windowMs: 9 * hourMs, since: t0 } }),
    ],
    devices,
  )

type Step =
  | Input
  | {
      readonly kind: 'away'
      readonly from: number
      readonly to: number | null
      readonly receivedAt: number
    }

/** Days of a home: sensors with gaps, holes filled late, repeats, carers, visits, absences, restarts. */
function wildDays(seed: number, count: number): Step[] {
  const roll = dice(seed)
  const steps: Step[] = []
  const seqs = new Map<string, number>()
  const held: Input[] = []
  let now = t0
  let meter = 1
  for (let index = 0; index < count; index += 1) {
    now += roll(12) === 0 ? roll(5) * hourMs : roll(20) * minuteMs
    const device = ['door', 'motion', 'water'][roll(3)] ?? 'door'
    const seq = (seqs.get(device) ?? 0) + 1 + (roll(15) === 0 ? 1 : 0)
    seqs.set(device, seq)
    meter += roll(10) === 0 ? 0.01 : 0
    const lag = roll(12) === 0 ? roll(3 * hourMs) : 0
    const said = {
      community,
      device,
      ts: now - lag,
      seq: roll(20) === 0 ? null : seq,
      receivedAt: now,
    }
    const value = device === 'water' ? meter : roll(9) === 0
    const name = { door: 'doorOpen', motion: 'motion', water: 'waterMeter' }[device] ?? ''
    const message: Input[] = [
      { kind: 'beat', ...said },
      { kind: 'reading', ...said, name, value, clockMarked: roll(40) === 0 },
    ]
    const fate = roll(30)
    if (fate === 0) held.push(...message)
    else steps.push(...message)
    if (fate === 1) steps.push(...held.splice(0).map((input) => ({ ...input, receivedAt: now })))
    if (fate === 2) steps.push(...message.map((input) => ({ ...input, receivedAt: now })))
    if (fate === 3) steps.push(access('carer', 'chen', 'lock', now))
    if (fate === 4) steps.push(access('resident', 'wu', 'gate', now))
    if (fate === 5) steps.push(visit('li', now, roll(2) === 0))
    if (fate === 6 && roll(4) === 0)
      steps.push({
        kind: 'away',
        from: now - hourMs,
        to: roll(2) === 0 ? null : now + roll(20) * hourMs,
        receivedAt: now,
      })
    if (fate === 7 && roll(3) === 0) {
      const downSince = now
      now += roll(8) * hourMs
      steps.push({ kind: 'start', downSince, receivedAt: now })
    }
  }
  return steps
}

/** Runs the steps; `interrupt` throws the engine away at random and goes on from what was saved. */
function run(
  steps: readonly Step[],
  logTicks: boolean,
  interrupt: number | null,
): { log: Step[]; effects: AnyEffect[] } {
  const roster = theRoster()
  const roll = dice(interrupt ?? 1)
  const table = new Map<string, string>()
  const log: Step[] = []
  const effects: AnyEffect[] = []
  let engine = engineOf(roster)
  const save = (): void => {
    for (const { key, value } of engine.takeDirty()) {
      if (value === null) table.delete(key)
      else table.set(key, value)
    }
  }
  const put = (step: Step): void => {
    log.push(step)
    if (step.kind === 'away') {
      const { from, to, receivedAt } = step
      const known = roster.resident('wu')
      changeResident(roster, {
        ...(known ?? wu()),
        away: [{ id: `a${from}`, from, to, reason: 'away' }],
      })
      effects.push(...engine.apply({ kind: 'tick', receivedAt }))
    } else effects.push(...engine.apply(step))
    if (interrupt === null) return
    if (roll(5) === 0) save()
    if (roll(23) !== 0) return
    save()
    engine = engineOf(roster)
    engine.restore([...table].map(([key, value]) => ({ key, value })))
  }
  for (const step of steps) {
    if (logTicks && step.kind !== 'start')
      for (
        let due = engine.nextDueAt();
        due !== null && due < step.receivedAt;
        due = engine.nextDueAt()
      )
        put({ kind: 'tick', receivedAt: due })
    put(step)
  }
  return { log, effects }
}

describe('the same log gives the same alarms', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

  test.each(seeds)('replayed with restarts at random points, seed %i', (seed) => {
    const live = run(wildDays(seed, 1_200), true, null)
    expect(live.effects.length).toBeGreaterThan(8)
    expect(run(live.log, false, seed * 17).effects).toEqual(live.effects)
  })

  test.each(seeds)('an alarm is raised once and ended once, seed %i', (seed) => {
    const open = new Set<string>()
    for (const effect of run(wildDays(seed, 1_200), true, null).effects) {
      if (effect.kind !== 'raise' && effect.kind !== 'clear') continue
      const before = open.has(effect.key)
      expect([effect.kind, effect.key, before]).toEqual([
        effect.kind,
        effect.key,
        effect.kind === 'clear',
      ])
      if (effect.kind === 'raise') open.add(effect.key)
      else open.delete(effect.key)
    }
  })
})
