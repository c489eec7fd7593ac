import { loadRules } from '../../../config/rules.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import type { Input, Reading } from '../../../gateway/model/input.ts'
import { aDevice, brief, community, engineFor, play, reading, t0 } from './stand.ts'

export const minute = 60_000
export const hour = 60 * minute

export const rules = (when: string, more = '', anomaly = 'air.quality') =>
  loadRules(`expression:
  - id: mine
    version: 1
    anomaly: ${anomaly}
    severity: minor
    when: >-
      ${when}
    title: { zh: '{place} {value}', en: '{place} {value} {unit}' }
    description: { zh: '{devices}', en: '{devices} {duration}' }
${more}`)

export const beat = (device: string, atMs: number): Input => ({
  kind: 'beat',
  community,
  device,
  ts: t0 + atMs,
  seq: null,
  receivedAt: t0 + atMs,
})
/** A value every so often, each with its beat. */
export const series = (
  device: string,
  name: string,
  everyMs: number,
  values: readonly Reading['value'][],
  fromMs = 0,
): Input[] =>
  values.flatMap((value, index) => [
    beat(device, fromMs + index * everyMs),
    reading(device, name, value, fromMs + index * everyMs),
  ])
export const inOrder = (...lists: Input[][]): Input[] =>
  lists.flat().toSorted((a, b) => a.receivedAt - b.receivedAt)
export const times = <T>(n: number, of: (index: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => of(i))

export const minutely = (id: string, more: Partial<RosterDevice> = {}) =>
  aDevice(id, { intervalMs: minute, ...more })

export function said(
  book: ReturnType<typeof rules>,
  inputs: readonly Input[],
  untilMs?: number,
  devices: readonly RosterDevice[] = [minutely('a'), minutely('b'), minutely('c')],
): string[] {
  return brief(play(engineFor(devices, book).engine, inputs, untilMs))
}
