import { expect, test, vi } from 'vitest'
import type { Roster } from '../../../contracts/roster.ts'
import { createCommandBus } from '../../../gateway/access/command-bus.ts'
import { decideCard, hashCode } from '../../../gateway/access/decide-card.ts'
import { createDoorController } from '../../../gateway/access/door-controller.ts'
import type { AccessFact } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'

const now = 1_795_170_000_000
const door = {
  id: 'door-1',
  community: 'demo',
  type: 'door-terminal',
  name: '1 号门',
  place: null,
  state: 'approved' as const,
  household: null,
  intervalMs: null,
  camera: null,
}
const card = {
  id: 'crd_1',
  community: 'demo',
  codeHashHex: hashCode('demo', '04a1b2c3'),
  holder: { kind: 'resident' as const, id: 'res_1', name: '吴桂芬' },
  doors: ['door-1'],
  from: now - 1_000,
  to: now + 1_000,
}
const roster = (change: Partial<Roster> = {}): RosterBook => {
  const book = new RosterBook()
  book.replace({
    version: 1,
    devices: [door, { ...door, id: 'door-2' }, { ...door, id: 'door-3', state: 'pending' }],
    credentials: [],
    households: [],
    residents: [],
    cards: [card],
    ...change,
  })
  return book
}
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

test.each([
  ['the right card', { door: 'door-1', code: '04a1b2c3', now }, true, 'ok'],
  ['another card', { door: 'door-1', code: '04a1b2c4', now }, false, 'card-unknown'],
  [
    'a door it is not for',
    { door: 'door-2', code: '04a1b2c3', now },
    false,
    'card-not-for-this-door',
  ],
  [
    'a door that nobody approved',
    { door: 'door-3', code: '04a1b2c3', now },
    false,
    'door-not-approved',
  ],
  ['a door that does not exist', { door: 'door-9', code: '04a1b2c3', now }, false, 'door-unknown'],
  [
    'before its time',
    { door: 'door-1', code: '04a1b2c3', now: now - 2_000 },
    false,
    'card-not-yet-valid',
  ],
  ['after its time', { door: 'door-1', code: '04a1b2c3', now: now + 1_000 }, false, 'card-expired'],
])('a card opens what it may and nothing else: %s', (_name, question, granted, reason) => {
  const { code, ...rest } = question
  const codeHash = hashCode('demo', code)
  const decision = decideCard({ community: 'demo', codeHash, ...rest }, roster())
  expect(decision.granted).toBe(granted)
  expect(decision.reason).toBe(reason)
})

test('a command ends by the ack of its own device, by a refusal, or by its expiry', async () => {
  const sent: { topic: string; command: { id: string; expiresAt: number } }[] = []
  const bus = createCommandBus(
    {
      publish: async (topic, payload) =>
        void sent.push({
          topic,
          command: JSON.parse(payload) as { id: string; expiresAt: number },
        }),
      clock: () => now,
      random: (bytes) => new Uint8Array(bytes).fill(sent.length),
    },
    { pendingMax: 2 },
  )
  const ask = { community: 'demo', device: 'door-1', name: 'door.unlock', args: {}, ttlMs: 60_000 }
  const first = bus.send(ask)
  const second = bus.send({ ...ask, ttlMs: 20 })
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect(sent[0]?.topic).toBe('linli/v1/demo/door-1/command')
  expect(sent[0]?.command.expiresAt).toBe(now + 60_000)
  expect(sent[0]?.command.id).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect((await bus.send(ask)).outcome).toBe('refused')
  bus.acknowledged('demo', 'door-2', { id: sent[0]?.command.id ?? '', ok: true })
  bus.acknowledged('demo', 'door-1', { id: sent[0]?.command.id ?? '', ok: true })
  expect((await first).outcome).toBe('done')
  expect((await second).outcome).toBe('expired')
  expect(bus.stats).toEqual({ sent: 2, expired: 1, refusedFull: 1 })
  bus.close()
})

test('the unlock leaves before the decision is on disk, and a stale event opens nothing', async () => {
  const order: string[] = []
  const facts: AccessFact[] = []
  const controller = createDoorController({
    roster: roster(),
    clock: () => now,
    logger,
    command: async (request) => {
      order.push(`${request.name} ${request.device}`)
      return { id: 'cmd_1', outcome: 'done', error: null }
    },
    record: async (fact) => {
      order.push('record')
      facts.push(fact)
    },
  })
  const event = {
    id: 'e1',
    ts: now,
    type: 'credential.presented',
    data: { kind: 'card', codeHash: hashCode('demo', '04a1b2c3') },
  }
  await controller.presented('demo', 'door-1', event)
  expect(order).toEqual(['door.unlock door-1', 'record'])
  await controller.presented('demo', 'door-1', { ...event, ts: now - 60_000 })
  await controller.presented('demo', 'door-1', {
    ...event,
    data: { codeHash: hashCode('demo', 'wrong-one') },
  })
  expect(order.slice(2)).toEqual(['record'])
  expect(facts.map((fact) => [fact.granted, fact.reason])).toEqual([
    [true, 'ok'],
    [false, 'card-unknown'],
  ])
})
