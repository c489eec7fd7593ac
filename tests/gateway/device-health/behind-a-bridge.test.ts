import { expect, test } from 'vitest'
import { Zigbee2mqtt } from '../../../gateway/ingest/adapters/zigbee2mqtt/adapter.ts'
import type { Input } from '../../../gateway/model/input.ts'
import { Ear, noon } from '../ingest/adapters/hear.ts'
import { aDevice, healthFor, inOrder, play, t0 } from './stand.ts'

const minute = 60_000
const ieee = (n: number): string => `0x00158d00000000${n.toString(16).padStart(2, '0')}`
const sensors = Array.from({ length: 12 }, (_, i) => ({
  ieee_address: ieee(i + 1),
  type: 'EndDevice',
  friendly_name: `sensor ${i + 1}`,
  definition: { model: 'X1', vendor: 'Acme', exposes: [] },
}))
const coordinator = {
  ieee_address: '0x00124b0011223344',
  type: 'Coordinator',
  friendly_name: 'Coordinator',
}

const beatsOf = (device: string, from: number, to: number): Input[] =>
  Array.from({ length: Math.floor((to - from) / minute) }, (_, i) => {
    const at = from + i * minute
    return { kind: 'beat', community: 'home', device, ts: at, seq: null, receivedAt: at }
  })

test('what zigbee2mqtt says of its bridge makes one report of a bridge that dies with twelve sensors', () => {
  const ear = new Ear(new Zigbee2mqtt('zigbee2mqtt'))
  const inputs: Input[] = []
  const say = (leaf: string, payload: unknown): void => {
    inputs.push(...ear.say(`zigbee2mqtt/${leaf}`, payload).inputs)
  }
  say('bridge/state', { state: 'online' })
  say('bridge/devices', [coordinator, ...sensors])
  const devices = inputs.flatMap((input) =>
    input.kind === 'info'
      ? [
          aDevice(input.device, {
            community: input.community,
            type: input.info.type ?? 'unknown',
            name: input.info.name ?? input.device,
            via: input.info.via ?? null,
          }),
        ]
      : [],
  )
  expect(devices).toHaveLength(13)
  for (let round = 0; round < 12; round++) {
    for (const { friendly_name: name } of sensors) say(`${name}/availability`, { state: 'online' })
    ear.now += 5 * minute
  }
  say('bridge/state', { state: 'offline' })
  const diedAt = ear.now

  const end = diedAt + 60 * minute
  // Others speak on: it is not the whole community that is away.
  const others = Array.from({ length: 20 }, (_, i) =>
    aDevice(`other-${i}`, { community: 'home', intervalMs: minute }),
  )
  const talk = others.flatMap(({ id }) => beatsOf(id, noon, end))
  const { engine } = healthFor([...devices, ...others])
  const effects = play(engine, inOrder([...inputs, ...talk]), end - t0)
  const raised = effects.filter((effect) => effect.kind === 'raise')
  expect(raised.map(({ key, device }) => [key, device])).toEqual([
    ['device.offline:home:via/z2m-bridge-00124b0011223344', 'z2m-bridge-00124b0011223344'],
  ])
})
