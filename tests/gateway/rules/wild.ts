import type { Effect } from '../../../gateway/model/effect.ts'
import type { Engine, StateRow } from '../../../gateway/model/engine.ts'
import type { Input, TrackedObject } from '../../../gateway/model/input.ts'
import { loadRules, type RuleBook } from '../../../config/rules.ts'
import { createRuleEngine } from '../../../gateway/rules/rule-engine.ts'
import { aDevice, community, rosterOf, shippedRules, t0 } from './stand.ts'

/** xorshift32: the same seed, the same community. */
export function dice(seed: number): (below: number) => number {
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
export function wildInputs(seed: number, count: number): Input[] {
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
export function live(
  engine: Engine,
  inputs: readonly Input[],
): { log: Input[]; effects: Effect[] } {
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

const expressions = loadRules(`
expression:
${[
  ['both', 'device', 'noise > 60 && battery < 50', 'forMs: 20000'],
  ['either', 'place', 'place.count(smoke || gas) >= 2', 'lifeSafety: true'],
  ['mean', 'device', 'mean(pm25, "10m") > 30', 'clearWhen: mean(pm25, "10m") < 20'],
  ['rate', 'device', 'rate(waterLevel, "5m") > 0.2', 'clearForMs: 5000'],
  ['quiet', 'place', 'place.all(quiet(liftFault, "10m"))', 'forMs: 1000'],
  ['used', 'device', 'used(turbidity, "1h") < 5', 'forMs: 0'],
  ['still', 'device', 'still(ph, "30m") < 0.2', 'forMs: 0'],
  ['hours', 'device', 'hour > 10.1 && hour < 10.4 && tilt > 8', 'forMs: 0'],
  ['near', 'device', 'sos && place.others().any(waterLeak)', 'forMs: 2000'],
  ['flood', 'community', 'community.max(waterLevel) > 10', 'forMs: 0'],
]
  .map(
    ([id, about, when, more]) => `
  - id: ${id}
    version: 1
    anomaly: air.quality
    severity: minor
    about: ${about}
    when: '${when}'
    ${more}
    title: { zh: '{place}', en: '{place}' }
    description: { zh: '{value}', en: '{value}' }`,
  )
  .join('')}
modes:
  flood:
    - { id: both, when: noise > 8, forMs: 0 }`)
export const bothKinds = (): RuleBook => ({
  ...expressions,
  rules: [...shippedRules().rules, ...expressions.rules],
})
/** The same with one rule changed, one gone and one new. */
export const reworded = (): RuleBook => {
  const book = bothKinds()
  const rules = book.rules
    .filter(({ id }) => id !== 'either' && id !== 'noise')
    .map((rule) =>
      rule.id === 'mean' ? { ...rule, forMs: 60_000, versionTag: '2-00000000' } : rule,
    )
  return { ...book, rules }
}

export const newEngine = (rules = bothKinds()): Engine => {
  const roster = rosterOf(devices)
  roster.patch({
    base: 1,
    version: 2,
    modes: {
      upsert: [
        {
          id: 'm1',
          community,
          mode: 'flood',
          from: t0 + 600_000,
          to: t0 + 1_800_000,
          by: 'x',
          reason: 'x',
        },
      ],
      remove: [],
    },
  })
  return createRuleEngine({ roster, rules })
}

/** Replays a log, throwing the engine away now and then and going on from what was saved. */
export function interrupted(
  log: readonly Input[],
  seed: number,
  books: (index: number) => RuleBook = bothKinds,
  /** Positions at which it is thrown away in any case. */
  always: readonly number[] = [],
  /** About every so many inputs as well; 0 never. */
  often = always.length > 0 ? 0 : 29,
): Effect[] {
  const roll = dice(seed)
  const table = new Map<string, string>()
  const save = (rows: readonly StateRow[]): void => {
    for (const { key, value } of rows) {
      if (value === null) table.delete(key)
      else table.set(key, value)
    }
  }
  let engine = newEngine(books(0))
  const effects: Effect[] = []
  for (const [index, input] of log.entries()) {
    effects.push(...engine.apply(input))
    if (roll(7) === 0) save(engine.takeDirty())
    if (!always.includes(index + 1) && (often === 0 || roll(often) !== 0)) continue
    save(engine.takeDirty())
    engine = newEngine(books(index + 1))
    engine.restore([...table].map(([key, value]) => ({ key, value })))
  }
  return effects
}
