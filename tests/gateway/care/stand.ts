import { loadShippedRules } from '../../../config/rules.ts'
import { hourMs, minuteMs } from '../../../contracts/clock.ts'
import type { RosterDevice, RosterResident } from '../../../contracts/roster.ts'
import {
  type CareEngine,
  careOptions,
  createCareEngine,
} from '../../../gateway/care/care-engine.ts'
import type { AnyEffect, Effect } from '../../../gateway/model/effect.ts'
import type { AccessFact, Input, Reading } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'

export const t0 = Date.UTC(2026, 10, 20, 2, 0, 0)
export const community = 'demo'
export const intervalMs = 10 * minuteMs
const book = loadShippedRules()
export const { settings, versionTag } = careOptions(book)

export const aDevice = (id: string, more: Partial<RosterDevice> = {}): RosterDevice => ({
  id,
  community,
  type: id,
  name: id,
  place: { name: '6 号楼 301', lat: 31.2, lon: 121.4 },
  state: 'approved',
  household: 'h1',
  intervalMs,
  camera: null,
  ...more,
})

export const wu = (more: Partial<RosterResident> = {}): RosterResident => ({
  id: 'wu',
  community,
  household: 'h1',
  name: '吴桂芬',
  honorific: '吴奶奶',
  watch: { windowMs: 24 * hourMs, since: t0 - 3 * hourMs },
  away: [],
  ...more,
})

const homeDevices = ['door', 'motion', 'water', 'smoke'].map((id) => aDevice(id))

export function rosterOf(
  residents: readonly RosterResident[],
  devices: readonly RosterDevice[] = homeDevices,
): RosterBook {
  const roster = new RosterBook()
  roster.replace({
    version: 1,
    devices: [...devices],
    credentials: [],
    households: [
      { id: 'h1', community, place: { name: '6 号楼 2 单元 301', lat: 31.2, lon: 121.4 } },
    ],
    residents: [...residents],
    cards: [],
  })
  return roster
}

export const engineOf = (roster: RosterBook): CareEngine =>
  createCareEngine({ roster }, { settings, versionTag })

export const changeResident = (roster: RosterBook, resident: RosterResident): void => {
  roster.patch({
    base: roster.version,
    version: roster.version + 1,
    residents: { upsert: [resident], remove: [] },
  })
}

/** A device that counts: every call of `at` is one message with its beat and its values. */
export function counting(id: string, firstSeq = 0) {
  let seq = firstSeq
  return {
    skip(count: number): void {
      seq += count
    },
    at(ts: number, values: Readonly<Record<string, Reading['value']>>, receivedAt = ts): Input[] {
      const said = { community, device: id, ts, seq: seq++, receivedAt }
      return [
        ...Object.entries(values).map(
          ([name, value]): Reading => ({
            kind: 'reading',
            ...said,
            name,
            value,
            clockMarked: false,
          }),
        ),
        { kind: 'beat', ...said },
      ]
    },
  }
}
export type Counting = ReturnType<typeof counting>

/** One quiet message per interval in `[from, to]`. */
export function quiet(
  device: Counting,
  from: number,
  to: number,
  values: Readonly<Record<string, Reading['value']>>,
  receivedAt?: number,
): Input[] {
  const inputs: Input[] = []
  for (let ts = from; ts <= to; ts += intervalMs)
    inputs.push(...device.at(ts, values, receivedAt ?? ts))
  return inputs
}

export const access = (
  kind: 'resident' | 'carer' | 'staff',
  id: string,
  door: string,
  ts: number,
): AccessFact => ({
  kind: 'access',
  community,
  door,
  ts,
  granted: true,
  holder: { kind, id, name: id },
  reason: 'ok',
  receivedAt: ts,
})

export const visit = (resident: string, ts: number, seen = true): Input => ({
  kind: 'event',
  community,
  device: 'gateway',
  id: `visit-${ts}`,
  ts,
  type: 'care.visit',
  data: { resident, seen, ts },
  receivedAt: ts,
})

export const inOrder = (inputs: readonly Input[]): Input[] =>
  [...inputs].sort((a, b) => a.receivedAt - b.receivedAt)

/** Plays inputs as the pipeline does: a tick is put in whenever a deadline has passed. */
export function playAll(engine: CareEngine, inputs: readonly Input[], until?: number): AnyEffect[] {
  const effects: AnyEffect[] = []
  const tickTo = (now: number): void => {
    for (let due = engine.nextDueAt(); due !== null && due <= now; due = engine.nextDueAt())
      effects.push(...engine.apply({ kind: 'tick', receivedAt: due }))
  }
  for (const input of inputs) {
    if (input.kind !== 'start') tickTo(input.receivedAt - 1)
    effects.push(...engine.apply(input))
  }
  if (until !== undefined) tickTo(until)
  return effects
}

const isAlarm = (effect: AnyEffect): effect is Effect =>
  effect.kind === 'raise' || effect.kind === 'clear'

/** The alarms alone. */
export const play = (engine: CareEngine, inputs: readonly Input[], until?: number): Effect[] =>
  playAll(engine, inputs, until).filter(isAlarm)

/** `+type@hours` and `-type@hours` (`!` when it resolves), hours since t0. */
export const brief = (effects: readonly Effect[]): string[] =>
  effects.map((effect) => {
    const hours = Math.round(((effect.at - t0) / hourMs) * 100) / 100
    return effect.kind === 'raise'
      ? `+${effect.type.slice(9)}@${hours}`
      : `-${effect.key.split(':')[0]?.slice(9)}@${hours}${effect.resolves ? '!' : ''}`
  })
