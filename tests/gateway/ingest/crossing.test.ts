import { expect, test } from 'vitest'
import { decode } from '../../../gateway/ingest/decode.ts'
import type { CrossingFact } from '../../../gateway/model/input.ts'

test("a crossing is a fact of its own, and the camera's totals are readings beside it", () => {
  const fact: CrossingFact = {
    kind: 'crossing',
    community: 'demo',
    camera: 'gate',
    ts: 1_800_000_000_000,
    receivedAt: 1_800_000_000_400,
    crossings: [{ line: 'in', trackId: 't-1', group: 'person', direction: 'in' }],
    totals: { peopleIn: 5, peopleOut: 4, vehiclesIn: 3, vehiclesOut: 2 },
  }
  const { inputs, quarantined } = decode({
    kind: 'fact',
    receivedAt: fact.receivedAt,
    topic: '',
    client: 'gateway',
    retain: false,
    payload: Buffer.from(JSON.stringify(fact)),
  })
  expect(quarantined).toBeNull()
  expect(inputs[0]).toEqual(fact)
  const readings = inputs.filter((input) => input.kind === 'reading')
  expect(readings.map(({ device, name, value, ts }) => [device, name, value, ts])).toEqual([
    ['gate', 'peopleIn', 5, fact.ts],
    ['gate', 'peopleOut', 4, fact.ts],
    ['gate', 'vehiclesIn', 3, fact.ts],
    ['gate', 'vehiclesOut', 2, fact.ts],
  ])
})
