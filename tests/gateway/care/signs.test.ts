import { describe, expect, test } from 'vitest'
import { hourMs } from '../../../contracts/clock.ts'
import type { Input } from '../../../gateway/model/input.ts'
import { aDevice, counting, engineOf, intervalMs, play, rosterOf, t0, wu } from './stand.ts'

const since = (hours: number) =>
  wu({ watch: { windowMs: 24 * hourMs, since: t0 + hours * hourMs } })

const signsOf = (
  inputs: readonly Input[],
  devices = ['door', 'motion', 'water', 'power', 'sos'],
) => {
  const engine = engineOf(
    rosterOf(
      [since(-1)],
      devices.map((id) => aDevice(id)),
    ),
  )
  play(engine, inputs)
  return engine.items('demo', t0 + 10 * hourMs)[0]?.lastEvidence?.what ?? null
}
const two = (device: string, a: object, b: object): Input[] => {
  const sensor = counting(device)
  return [...sensor.at(t0, { ...a }), ...sensor.at(t0 + intervalMs, { ...b })]
}

const marked = (value: boolean, at: number, seq: number): Input => ({
  kind: 'reading',
  community: 'demo',
  device: 'motion',
  name: 'motion',
  ts: at,
  seq,
  value,
  receivedAt: at,
  clockMarked: true,
})

describe('signs of life', () => {
  test.each([
    ['a door that changes', two('door', { doorOpen: false }, { doorOpen: true }), 'door'],
    ['a door that does not', two('door', { doorOpen: true }, { doorOpen: true }), null],
    ['motion', two('motion', { motion: false }, { motion: true }), 'motion'],
    ['motion again', two('motion', { motion: true }, { motion: true }), 'motion'],
    ['motion that ends', two('motion', { motion: true }, { motion: false }), null],
    ['three litres of water', two('water', { waterMeter: 1 }, { waterMeter: 1.003 }), 'water'],
    ['a dripping tap', two('water', { waterMeter: 1 }, { waterMeter: 1.001 }), null],
    ['a new water meter', two('water', { waterMeter: 100 }, { waterMeter: 0 }), null],
    ['a kettle', two('power', { powerMeter: 10 }, { powerMeter: 10.2 }), 'power'],
    ['a refrigerator', two('power', { powerMeter: 10 }, { powerMeter: 10.02 }), null],
    ['a pressed button', two('sos', { sos: false }, { sos: true }), 'sos'],
    ['a battery', two('motion', { battery: 90 }, { battery: 20 }), null],
    ['a first value', counting('motion').at(t0, { motion: true }), null],
  ])('%s', (_, inputs, expected) => {
    expect(signsOf(inputs)).toBe(expected)
  })

  test('a meter says only that water ran after its last reading: that is the time that counts', () => {
    const water = counting('water')
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, [
      ...water.at(t0, { waterMeter: 1 }),
      ...water.at(t0 + intervalMs, { waterMeter: 1.1 }),
    ])
    expect(engine.items('demo', t0 + hourMs)[0]?.lastEvidence).toMatchObject({
      ts: t0 + 1,
      what: 'water',
    })
  })

  test('the same reading again is not life', () => {
    const motion = counting('motion')
    const seen = [
      ...motion.at(t0, { motion: false }),
      ...motion.at(t0 + intervalMs, { motion: true }),
    ]
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, [...seen, ...seen.map((input) => ({ ...input, receivedAt: t0 + 5 * hourMs }))])
    expect(engine.items('demo', t0 + 5 * hourMs)[0]?.lastEvidence?.ts).toBe(t0 + intervalMs)
  })

  test('history that a device with an unusable clock empties after a silence is not life now', () => {
    const engine = engineOf(rosterOf([since(-1)]))
    play(engine, [
      marked(false, t0, 0),
      ...[1, 2, 3, 4].map((seq) => marked(seq % 2 === 1, t0 + 5 * hourMs + seq, seq)),
    ])
    expect(engine.items('demo', t0 + 6 * hourMs)[0]?.lastEvidence).toBeNull()
    // Once it reports steadily again, a change counts at our time.
    play(engine, [marked(true, t0 + 5 * hourMs + intervalMs, 5)])
    expect(engine.items('demo', t0 + 6 * hourMs)[0]?.lastEvidence?.ts).toBe(
      t0 + 5 * hourMs + intervalMs,
    )
  })
})
