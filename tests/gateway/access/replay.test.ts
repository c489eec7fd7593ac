import { describe, expect, test } from 'vitest'
import { defaultBarrier, defaultDoor } from '../../../contracts/access.ts'
import { createAccessEngine } from '../../../gateway/access/access-engine.ts'
import { createParkingEngine } from '../../../gateway/access/parking-engine.ts'
import type { Effect } from '../../../gateway/model/effect.ts'
import type { Engine, StateRow } from '../../../gateway/model/engine.ts'
import type { AccessFact, Input } from '../../../gateway/model/input.ts'
import { aDevice, community, reading, rosterOf, t0 } from '../rules/stand.ts'

/** xorshift32: the same seed, the same community. */
function dice(seed: number): (below: number) => number {
  let x = seed || 1
  return (below) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return Math.abs(x) % below
  }
}

const devices = [
  ...['door-0', 'door-1'].map((id, i) =>
    aDevice(id, {
      door: {
        ...defaultDoor,
        cameras: ['cam-0'],
        fireInput: 'fire-0',
        direction: i === 0 ? 'in' : 'out',
      },
    }),
  ),
  aDevice('fire-0'),
  aDevice('arm-0', { barrier: { ...defaultBarrier, direction: 'both', cameras: ['cam-0'] } }),
]
const roster = rosterOf(devices)
type Roll = (below: number) => number
const pick = <T>(roll: Roll, items: readonly T[]): T => items[roll(items.length)] as T

function accessAt(now: number, roll: Roll): AccessFact {
  const door = pick(roll, ['door-0', 'door-1', 'arm-0', 'door-gone'])
  return {
    kind: 'access',
    community,
    door,
    ts: now - pick(roll, [0, 0, 1_000, 86_400_000]),
    receivedAt: now,
    granted: roll(4) !== 0,
    holder: roll(3) === 0 ? null : { kind: 'resident', id: `res_${roll(3)}`, name: '张三' },
    reason: 'ok',
    method: pick(roll, ['card', 'face', 'manual', 'fire', 'plate'] as const),
    ...(roll(2) === 0 ? { direction: pick(roll, ['in', 'out'] as const) } : {}),
    ...(door === 'arm-0' ? { plate: `苏E0000${roll(4)}` } : {}),
  }
}

function oneInput(now: number, roll: Roll, index: number): Input {
  const kind = roll(10)
  const lag = pick(roll, [0, 0, 0, 3_000, 3_600_000, -60_000])
  if (kind < 4)
    return reading(pick(roll, ['door-0', 'door-1']), 'doorOpen', roll(2) === 0, now - t0 - lag, {
      receivedAt: now,
    })
  if (kind === 4)
    return reading('fire-0', pick(roll, ['smoke', 'fire', 'gas']), roll(3) === 0, now - t0, {})
  if (kind === 5)
    return {
      kind: 'crossing',
      community,
      camera: 'cam-0',
      ts: now,
      receivedAt: now,
      crossings: Array.from({ length: 1 + roll(3) }, () => ({
        line: 'line-0',
        trackId: `t${roll(9)}`,
        group: 'person' as const,
        direction: pick(roll, ['in', 'out'] as const),
      })),
      totals: { peopleIn: 0, peopleOut: 0, vehiclesIn: 0, vehiclesOut: 0 },
    }
  if (kind === 6 && roll(3) === 0)
    return {
      kind: 'alarm',
      community,
      device: 'door-0',
      type: 'access.spoof',
      key: `access.spoof:${roll(3)}`,
      ts: now,
      receivedAt: now,
      title: { zh: '疑似', en: 'spoof' },
      description: { zh: '疑似', en: 'spoof' },
      subject: null,
      evidence: [],
      rule: { id: 'access-spoof', version: '1' },
    }
  if (kind === 7)
    return {
      kind: 'event',
      community,
      device: 'door-1',
      id: `e${index}`,
      ts: now,
      type: 'door.exit-button',
      data: {},
      receivedAt: now,
    }
  return accessAt(now, roll)
}

/** Days at two doors and an arm: disorder, wrong clocks of locks, our own set back, restarts. */
function wildInputs(seed: number, count: number): Input[] {
  const roll = dice(seed)
  let now = t0
  return Array.from({ length: count }, (_, index) => {
    now += roll(4) === 0 ? roll(120_000) : roll(3_000)
    if (roll(211) === 0) now -= 600_000
    if (roll(97) !== 0) return oneInput(now, roll, index)
    const downSince = now
    now += roll(600_000)
    return { kind: 'start' as const, downSince, receivedAt: now }
  })
}

const engines: Record<string, () => Engine> = {
  access: () => createAccessEngine({ roster }),
  parking: () => createParkingEngine({ roster }, { openMax: 3, endedMax: 5 }),
}

/** As the pipeline: a tick is logged whenever one is due. */
function live(engine: Engine, inputs: readonly Input[]): { log: Input[]; effects: Effect[] } {
  const log: Input[] = []
  const effects: Effect[] = []
  const put = (input: Input): void => {
    log.push(input)
    effects.push(...engine.apply(input))
  }
  for (const input of inputs) {
    for (
      let due = engine.nextDueAt();
      due !== null && due < input.receivedAt && input.kind !== 'start';
      due = engine.nextDueAt()
    )
      put({ kind: 'tick', receivedAt: due })
    put(input)
  }
  return { log, effects }
}

/** Replays a log, throwing the engine away now and then and going on from what was saved. */
function interrupted(name: string, log: readonly Input[], seed: number) {
  const roll = dice(seed)
  const table = new Map<string, string>()
  const save = (rows: readonly StateRow[]): void => {
    for (const { key, value } of rows) {
      if (value === null) table.delete(key)
      else table.set(key, value)
    }
  }
  const make = engines[name] as () => Engine
  let engine = make()
  const effects: Effect[] = []
  for (const input of log) {
    effects.push(...engine.apply(input))
    if (roll(7) === 0) save(engine.takeDirty())
    if (roll(29) !== 0) continue
    save(engine.takeDirty())
    engine = make()
    engine.restore([...table].map(([key, value]) => ({ key, value })))
  }
  return { effects, engine }
}

describe('the same log of doors gives the same anomalies', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

  test.each(seeds)('replayed with restarts at random points, seed %i', (seed) => {
    const { log, effects } = live(createAccessEngine({ roster }), wildInputs(seed, 2_000))
    expect(effects.length).toBeGreaterThan(50)
    expect(interrupted('access', log, seed * 31).effects).toEqual(effects)
  })

  test.each(seeds)('and clears nothing that was not raised, seed %i', (seed) => {
    const { effects } = live(createAccessEngine({ roster }), wildInputs(seed, 2_000))
    const open = new Set<string>()
    for (const { kind, key } of effects) {
      if (kind === 'raise') open.add(key)
      else expect([key, open.delete(key)]).toEqual([key, true])
    }
  })

  test.each(seeds)('parking sessions are the same after restarts, seed %i', (seed) => {
    const whole = createParkingEngine({ roster }, { openMax: 3, endedMax: 5 })
    const { log } = live(whole, wildInputs(seed, 2_000))
    const { engine } = interrupted('parking', log, seed * 31)
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
    const sessions = (engine as typeof whole).sessions()
    expect(sessions.toSorted(byId)).toEqual(whole.sessions().toSorted(byId))
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(sessions.length)
  })
})
