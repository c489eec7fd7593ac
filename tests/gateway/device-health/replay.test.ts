import { describe, expect, test } from 'vitest'
import { createHealthEngine } from '../../../gateway/device-health/health-engine.ts'
import type { AnyEffect } from '../../../gateway/model/effect.ts'
import type { Engine, StateRow } from '../../../gateway/model/engine.ts'
import type { Input } from '../../../gateway/model/input.ts'
import { aCamera, aDevice, community, rosterOf, shippedRules, t0 } from './stand.ts'

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
  aDevice('switch', { type: 'switch', intervalMs: 60_000, place: { name: '机房' } }),
  ...Array.from({ length: 8 }, (_, i) =>
    aDevice(`d${i}`, {
      intervalMs: [10_000, 60_000, null][i % 3] ?? null,
      place: { name: `${i % 2} 层` },
      ...(i < 5 ? { via: 'switch' } : {}),
    }),
  ),
  aCamera('cam0', { via: 'switch' }),
  aCamera('cam1'),
]

/** Wild hours: outages of everything, wills, retained words, wrong clocks, restarts, jumps of our clock. */
function wildInputs(seed: number, count: number): Input[] {
  const roll = dice(seed)
  const inputs: Input[] = []
  let now = t0
  let dead = roll(1 << 12)
  for (let index = 0; index < count; index += 1) {
    now += roll(9) === 0 ? roll(120_000) : roll(5_000)
    if (roll(60) === 0) dead = roll(3) === 0 ? roll(1 << 12) : 0
    if (roll(150) === 0) now -= roll(400_000)
    const at = roll(devices.length)
    const device = devices[at]?.id ?? 'd0'
    const said = { community, device, receivedAt: now }
    const kind = roll(40)
    if (kind === 0) {
      const downSince = now
      now += roll(600_000)
      inputs.push({ kind: 'start', downSince, receivedAt: now })
    } else if (kind < 4)
      inputs.push({ kind: 'status', ...said, online: roll(2) === 0, retained: roll(4) === 0 })
    else if (kind === 4)
      inputs.push({ kind: 'info', ...said, info: { model: `m${roll(40)}` }, client: 'x' })
    else if (kind === 5) inputs.push({ kind: 'gone', ...said, reason: 'removed' })
    else if (kind < 10)
      inputs.push({
        kind: 'camera-state',
        community,
        camera: `cam${roll(2)}`,
        state: (['ok', 'ok', 'offline', 'frozen'] as const)[roll(4)] ?? 'ok',
        since: now - roll(20_000),
        receivedAt: now,
      })
    else if (kind === 10)
      inputs.push({
        kind: 'reading',
        ...said,
        name: 'battery',
        ts: now,
        seq: null,
        value: roll(100),
        clockMarked: false,
      })
    else if (((dead >> at) & 1) === 0)
      inputs.push({ kind: 'beat', ...said, ts: now, seq: null, sentTs: now - roll(2) * 400_000 })
  }
  return inputs
}

function live(engine: Engine<AnyEffect>, inputs: readonly Input[]) {
  const log: Input[] = []
  const effects: AnyEffect[] = []
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

const newEngine = () => createHealthEngine({ roster: rosterOf(devices), rules: shippedRules() })

/** Replays a log, throwing the engine away now and then and going on from what was saved. */
function interrupted(log: readonly Input[], seed: number): AnyEffect[] {
  const roll = dice(seed)
  const table = new Map<string, string>()
  const save = (rows: readonly StateRow[]): void => {
    for (const { key, value } of rows) {
      if (value === null) table.delete(key)
      else table.set(key, value)
    }
  }
  let engine = newEngine()
  const effects: AnyEffect[] = []
  for (const input of log) {
    effects.push(...engine.apply(input))
    if (roll(7) === 0) save(engine.takeDirty())
    if (roll(29) !== 0) continue
    save(engine.takeDirty())
    engine = newEngine()
    const rows = [...table].map(([key, value]) => ({ key, value }))
    engine.restore(rows.sort((a, b) => (a.key < b.key ? -1 : 1)))
  }
  return effects
}

describe('the same log gives the same anomalies', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'replayed with restarts at random points, seed %i',
    (seed) => {
      const { log, effects } = live(newEngine(), wildInputs(seed, 3_000))
      expect(effects.length).toBeGreaterThan(10)
      expect(interrupted(log, seed * 31)).toEqual(effects)
    },
  )

  test.each([11, 12, 13, 14])(
    'never raised twice, never cleared what does not stand, seed %i',
    (seed) => {
      const { effects } = live(newEngine(), wildInputs(seed, 3_000))
      const open = new Set<string>()
      for (const effect of effects) {
        if (effect.kind === 'raise') {
          expect([effect.key, open.has(effect.key)]).toEqual([effect.key, false])
          open.add(effect.key)
        } else if (effect.kind === 'clear')
          expect([effect.key, open.delete(effect.key)]).toEqual([effect.key, true])
      }
    },
  )
})
