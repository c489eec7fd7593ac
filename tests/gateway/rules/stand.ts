import { loadShippedRules, type RuleBook } from '../../../config/rules.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import type { Effect } from '../../../gateway/model/effect.ts'
import type { Engine } from '../../../gateway/model/engine.ts'
import type { Input, Reading } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import { createRuleEngine } from '../../../gateway/rules/rule-engine.ts'

export const t0 = Date.UTC(2026, 10, 20, 2, 0, 0)
export const community = 'demo'

export const aDevice = (id: string, more: Partial<RosterDevice> = {}): RosterDevice => ({
  id,
  community,
  type: 'sensor',
  name: `设备 ${id}`,
  place: { name: '6 号楼' },
  state: 'approved',
  household: null,
  intervalMs: null,
  camera: null,
  ...more,
})

export function rosterOf(devices: readonly RosterDevice[]): RosterBook {
  const roster = new RosterBook()
  roster.replace({
    version: 1,
    devices: [...devices],
    credentials: [],
    households: [],
    residents: [],
    cards: [],
  })
  return roster
}

/** A reading at `t0 + atMs`, received then or when `more.receivedAt` says. */
export const reading = (
  device: string,
  name: string,
  value: Reading['value'],
  atMs: number,
  more: Partial<Reading> = {},
): Reading => ({
  kind: 'reading',
  community,
  device,
  name,
  ts: t0 + atMs,
  seq: null,
  value,
  receivedAt: t0 + atMs,
  clockMarked: false,
  ...more,
})

/** Plays inputs as the pipeline does: a tick is put in whenever a deadline has passed. */
export function play(engine: Engine, inputs: readonly Input[], untilMs?: number): Effect[] {
  const effects: Effect[] = []
  const tickTo = (now: number): void => {
    for (let due = engine.nextDueAt(); due !== null && due <= now; due = engine.nextDueAt())
      effects.push(...engine.apply({ kind: 'tick', receivedAt: due }))
  }
  for (const input of inputs) {
    if (input.kind !== 'start') tickTo(input.receivedAt)
    effects.push(...engine.apply(input))
  }
  if (untilMs !== undefined) tickTo(t0 + untilMs)
  return effects
}

/** `+type` for a raise and `-key` for a clear, with the second of the play. */
export const brief = (effects: readonly Effect[]): string[] =>
  effects.map((effect) => {
    const what = effect.kind === 'raise' ? `+${effect.type}` : `-${effect.key.split(':')[0]}`
    return `${what}@${(effect.at - t0) / 1000}`
  })

const shipped = loadShippedRules()
export const shippedRules = (): RuleBook => shipped

export const engineFor = (
  devices: readonly RosterDevice[],
  rules: RuleBook = shipped,
): { engine: Engine; roster: RosterBook } => {
  const roster = rosterOf(devices)
  return { engine: createRuleEngine({ roster, rules }), roster }
}
