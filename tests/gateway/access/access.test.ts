import { expect, test, vi } from 'vitest'
import { createCommandBus } from '../../../gateway/access/command-bus.ts'
import { aDoor, card, now, stand } from './door-stand.ts'

const wu = card('04a1b2c3', { doors: ['door-1'], from: now - 1_000, to: now + 1_000 })
const devices = [
  aDoor(),
  aDoor(null, { id: 'door-2' }),
  aDoor(null, { id: 'door-3', state: 'pending' }),
]

test.each([
  ['the right card', 'door-1', '04a1b2c3', 0, true, 'ok'],
  ['another card', 'door-1', '04a1b2c4', 0, false, 'card-unknown'],
  ['a door it is not for', 'door-2', '04a1b2c3', 0, false, 'card-not-for-this-door'],
  ['a door that nobody approved', 'door-3', '04a1b2c3', 0, false, 'door-not-approved'],
  ['a door that does not exist', 'door-9', '04a1b2c3', 0, false, 'door-unknown'],
  ['before its time', 'door-1', '04a1b2c3', -2_000, false, 'card-not-yet-valid'],
  ['after its time', 'door-1', '04a1b2c3', 1_000, false, 'card-expired'],
])('a card opens what it may and nothing else: %s', async (_, door, code, ms, granted, reason) => {
  const at = stand({ devices, cards: [wu] })
  at.advance(ms)
  await at.present({ code }, { door })
  expect(at.facts).toMatchObject([{ door, granted, reason, method: 'card' }])
  expect(at.order).toEqual(granted ? [`door.unlock ${door} 5`, 'ok'] : [reason])
})

interface Sent {
  readonly topic: string
  readonly command: { readonly id: string; readonly name: string; readonly expiresAt: number }
}
function bus(pendingMax = 10, repeatAfterMs?: number) {
  const sent: Sent[] = []
  const commands = createCommandBus(
    {
      publish: async (topic, payload) =>
        void sent.push({ topic, command: JSON.parse(payload) as Sent['command'] }),
      clock: () => now,
      random: (bytes) => new Uint8Array(bytes).fill(sent.length),
    },
    { pendingMax, ...(repeatAfterMs === undefined ? {} : { repeatAfterMs }) },
  )
  return { commands, sent }
}
const ask = { community: 'demo', device: 'door-1', name: 'door.unlock', args: {}, ttlMs: 60_000 }

test('a command ends by the ack of its own device, by a refusal, or by its expiry', async () => {
  const { commands, sent } = bus(2)
  const first = commands.send(ask)
  const second = commands.send({ ...ask, ttlMs: 20 })
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect(sent[0]?.topic).toBe('linli/v1/demo/door-1/command')
  expect(sent[0]?.command.expiresAt).toBe(now + 60_000)
  expect(sent[0]?.command.id).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect((await commands.send(ask)).outcome).toBe('refused')
  commands.acknowledged('demo', 'door-2', { id: sent[0]?.command.id ?? '', ok: true })
  commands.acknowledged('demo', 'door-1', { id: sent[0]?.command.id ?? '', ok: true })
  expect((await first).outcome).toBe('done')
  expect((await second).outcome).toBe('expired')
  expect(commands.stats).toEqual({ sent: 2, repeated: 0, expired: 1, refusedFull: 1 })
  commands.close()
})

// A lock that lost the first command opens by the second; one that had both sees one id and opens once.
test('a silent lock is told once more, with the same id and expiry; others never', async () => {
  const { commands, sent } = bus(10, 15)
  const silent = commands.send({ ...ask, ttlMs: 200 })
  const spoken = commands.send({ ...ask, name: 'speaker.say', ttlMs: 200 })
  expect((await silent).outcome).toBe('expired')
  await spoken
  const unlocks = sent.filter(({ command }) => command.name === 'door.unlock')
  expect(unlocks).toHaveLength(2)
  expect(unlocks[1]).toEqual(unlocks[0])
  expect(sent.filter(({ command }) => command.name === 'speaker.say')).toHaveLength(1)
  expect(commands.stats.repeated).toBe(1)

  const heard = commands.send({ ...ask, ttlMs: 200 })
  await vi.waitFor(() => expect(sent).toHaveLength(4))
  commands.acknowledged('demo', 'door-1', {
    id: sent[3]?.command.id ?? '',
    ok: false,
    error: 'jam',
  })
  expect(await heard).toMatchObject({ outcome: 'refused', error: 'jam' })
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(sent).toHaveLength(4)
})

test('a command that cannot be published is refused at once, and none waits when the gateway stops', async () => {
  const broken = createCommandBus(
    {
      publish: () => Promise.reject(new Error('no broker')),
      clock: () => now,
      random: (bytes) => new Uint8Array(bytes),
    },
    { pendingMax: 1 },
  )
  expect(await broken.send(ask)).toMatchObject({ outcome: 'refused', error: 'Error: no broker' })
  const { commands } = bus()
  const waiting = commands.send(ask)
  await Promise.resolve()
  commands.close()
  expect(await waiting).toMatchObject({ outcome: 'expired', error: 'the gateway stops' })
})
