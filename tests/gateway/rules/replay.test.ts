import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../gateway/model/effect.ts'
import type { Engine, StateRow } from '../../../gateway/model/engine.ts'
import type { Input, TrackedObject } from '../../../gateway/model/input.ts'
import { createRuleEngine } from '../../../gateway/rules/rule-engine.ts'
import { aDevice, community, rosterOf, shippedRules, t0 } from './stand.ts'

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
  ...Array.from({ length: 6 }, (_, i) =>
    aDevice(`d${i}`, { intervalMs: 60_000, type: i === 5 ? 'street-light' : 'sensor' }),
  ),
  aDevice('cam', {
    type: 'camera',
    camera: {
      priority: 'public',
      tasks: [],
      source: null,
      zones: [
        {
          id: 'lane',
          name: '通道',
          kind: 'fire-lane',
          polygon: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        },
      ],
      staleAfterMs: 10_000,
    },
  }),
]
const numbers = ['noise', 'battery', 'turbidity', 'ph', 'pm25', 'tilt', 'waterLevel']
const booleans = ['smoke', 'gas', 'waterLeak', 'sos', 'liftFault', 'liftTrapped', 'lightOn']

/** A wild hour: values about every level, repeats, disorder, wrong clocks, wills, restarts. */
function wildInputs(seed: number, count: number): Input[] {
  const roll = dice(seed)
  const inputs: Input[] = []
  let now = t0
  let seq = 0
  for (let index = 0; index < count; index += 1) {
    now += roll(4) === 0 ? roll(90_000) : roll(3_000)
    const device = `d${roll(6)}`
    const lag = [0, 0, 0, 0, roll(5_000), roll(3_600_000), 86_400_000, -roll(240_000)][roll(8)] ?? 0
    const said = {
      community,
      device,
      ts: now - lag,
      seq: roll(3) === 0 ? null : seq++,
      receivedAt: now,
    }
    const kind = roll(20)
    const last = inputs.at(-1)
    if (kind === 0 && last?.kind === 'reading') inputs.push({ ...last, receivedAt: now })
    else if (kind === 1)
      inputs.push({
        kind: 'status',
        community,
        device,
        online: roll(2) === 0,
        retained: roll(3) === 0,
        receivedAt: now,
      })
    else if (kind === 2)
      inputs.push({
        kind: 'camera-state',
        community,
        camera: 'cam',
        state: (['ok', 'ok', 'offline', 'frozen'] as const)[roll(4)] ?? 'ok',
        since: now - roll(20_000),
        receivedAt: now,
      })
    else if (kind === 3 && roll(4) === 0) {
      const downSince = now
      now += roll(600_000)
      inputs.push({ kind: 'start', downSince, receivedAt: now })
    } else if (kind < 7) inputs.push(sightingAt(now, roll))
    else if (kind < 13)
      inputs.push({
        kind: 'reading',
        ...said,
        name: numbers[roll(numbers.length)] ?? '',
        value: [0.5, 1.5, 7, 9, 12, 40, 68, 75, 160][roll(9)] ?? 0,
        clockMarked: false,
      })
    else
      inputs.push({
        kind: 'reading',
        ...said,
        name: booleans[roll(booleans.length)] ?? '',
        value: roll(3) === 0,
        clockMarked: false,
      })
    inputs.push({ kind: 'beat', ...said, receivedAt: now })
  }
  return inputs
}

function sightingAt(now: number, roll: (below: number) => number): Input {
  const car: TrackedObject = {
    trackId: `t${roll(3)}`,
    label: 'car',
    score: 0.9,
    detection: { label: 'car', score: 0.9, boxPx: [0, 0, 10, 10] },
    zones: roll(5) === 0 ? [] : ['lane'],
    firstSeenAt: now,
    stillMs: roll(60_000),
  }
  return {
    kind: 'sighting',
    community,
    camera: 'cam',
    ts: now - roll(500),
    receivedAt: now,
    widthPx: 100,
    heightPx: 100,
    objects: roll(4) === 0 ? [] : [car],
    models: [],
    evidenceSha256: roll(2) === 0 ? 'b'.repeat(64) : null,
  }
}

/** As the pipeline: logs a tick whenever one is due. Returns the log with its ticks. */
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

const newEngine = (): Engine =>
  createRuleEngine({ roster: rosterOf(devices), rules: shippedRules() })

/** Replays a log, throwing the engine away now and then and going on from what was saved. */
function interrupted(log: readonly Input[], seed: number): Effect[] {
  const roll = dice(seed)
  const table = new Map<string, string>()
  const save = (rows: readonly StateRow[]): void => {
    for (const { key, value } of rows) {
      if (value === null) table.delete(key)
      else table.set(key, value)
    }
  }
  let engine = newEngine()
  const effects: Effect[] = []
  for (const input of log) {
    effects.push(...engine.apply(input))
    if (roll(7) === 0) save(engine.takeDirty())
    if (roll(29) !== 0) continue
    save(engine.takeDirty())
    engine = newEngine()
    engine.restore([...table].map(([key, value]) => ({ key, value })))
  }
  return effects
}

describe('the same log gives the same anomalies', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

  test.each(seeds)('replayed with restarts at random points, seed %i', (seed) => {
    const { log, effects } = live(newEngine(), wildInputs(seed, 1_500))
    expect(effects.length).toBeGreaterThan(50)
    expect(interrupted(log, seed * 31)).toEqual(effects)
  })

  test.each(seeds)(
    'and never two raises without a clear between, but from a second rule or a first picture, seed %i',
    (seed) => {
      const { effects } = live(newEngine(), wildInputs(seed, 1_500))
      const open = new Map<string, Set<string>>()
      for (const effect of effects) {
        if (effect.kind === 'clear') {
          expect([effect.key, open.delete(effect.key)]).toEqual([effect.key, true])
          continue
        }
        const by = open.get(effect.key) ?? new Set()
        // Two rules share it: one may come again while the other still stands.
        const shared = effect.type === 'vehicle.fire-lane' || effect.type === 'water.quality'
        if (!shared) expect([effect.key, by.has(effect.rule.id)]).toEqual([effect.key, false])
        open.set(effect.key, by.add(effect.rule.id))
      }
    },
  )

  test.each(seeds)('messages that come twice change nothing, seed %i', (seed) => {
    // Faster than any clock could be judged by, as a re-sent QoS 1 message is.
    const once = wildInputs(seed, 800)
    const twice = once.flatMap((input): Input[] =>
      input.kind === 'reading' ? [input, input] : [input],
    )
    expect(live(newEngine(), twice).effects).toEqual(live(newEngine(), once).effects)
  })
})
