import type { RosterDevice } from '../../../contracts/roster.ts'
import {
  createHealthEngine,
  type HealthEngine,
} from '../../../gateway/device-health/health-engine.ts'
import type { AnyEffect } from '../../../gateway/model/effect.ts'
import type { Engine } from '../../../gateway/model/engine.ts'
import type { Input } from '../../../gateway/model/input.ts'
import type { RosterBook } from '../../../gateway/model/roster-book.ts'
import { aDevice, community, rosterOf, shippedRules, t0 } from '../rules/stand.ts'

export { aDevice, community, rosterOf, shippedRules, t0 }

export const healthFor = (
  devices: readonly RosterDevice[],
): { engine: HealthEngine; roster: RosterBook } => {
  const roster = rosterOf(devices)
  return { engine: createHealthEngine({ roster, rules: shippedRules() }), roster }
}

export const aCamera = (id: string, more: Partial<RosterDevice> = {}): RosterDevice =>
  aDevice(id, {
    type: 'camera',
    camera: { priority: 'public', tasks: [], source: null, zones: [], staleAfterMs: 10_000 },
    ...more,
  })

export const beat = (at: number, device = 'd', sentAt?: number): Input => ({
  kind: 'beat',
  community,
  device,
  ts: t0 + at,
  seq: null,
  receivedAt: t0 + at,
  ...(sentAt === undefined ? {} : { sentTs: t0 + sentAt }),
})

export const status = (online: boolean, at: number, retained = false, device = 'd'): Input => ({
  kind: 'status',
  community,
  device,
  online,
  retained,
  receivedAt: t0 + at,
})

export const start = (downSince: number | null, at: number): Input => ({
  kind: 'start',
  downSince: downSince === null ? null : t0 + downSince,
  receivedAt: t0 + at,
})

export const camera = (
  what: 'ok' | 'offline' | 'frozen',
  at: number,
  since = at,
  id = 'd',
): Input => ({
  kind: 'camera-state',
  community,
  camera: id,
  state: what,
  since: t0 + since,
  receivedAt: t0 + at,
})

/** Puts inputs in order of time; those of one moment keep theirs. */
export const inOrder = (inputs: readonly Input[]): Input[] =>
  [...inputs].sort((a, b) => a.receivedAt - b.receivedAt)

/** Plays inputs as the pipeline does: a tick is put in whenever a deadline has passed. */
export function play(
  engine: Engine<AnyEffect>,
  inputs: readonly Input[],
  untilMs?: number,
): AnyEffect[] {
  const effects: AnyEffect[] = []
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

/** `+key` for a raise, `-key` for a clear, `*key` for a note, with the second of the play. */
export const brief = (effects: readonly AnyEffect[]): string[] =>
  effects.map((effect) => {
    const at = (effect.at - t0) / 1000
    if (effect.kind === 'tell') return `!${effect.type}@${at}`
    const [type = '', , ...of] = effect.key.split(':')
    const sign = { raise: '+', clear: '-', add: '*' }[effect.kind]
    return `${sign}${type}:${of.join(':')}@${at}`
  })
