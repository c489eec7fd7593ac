import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RelaySettings } from '../../../contracts/access.ts'
import { createActuator, type Relays } from '../../../gateway/access/relay-actuator.ts'
import { allowedAddress } from '../../../gateway/access/relay-address.ts'
import { aDoor } from './door-stand.ts'

const withRelay = (relay: RelaySettings) => aDoor({ openMs: 3_000 }, { relay })
const published: [string, string][] = []
const actuator = (addresses: string[] = [], broken = false): Relays =>
  createActuator({
    command: async ({ name, device, args, ttlMs }) => ({
      id: `${name} ${device} ${JSON.stringify(args)} ${ttlMs}`,
      outcome: 'done',
      error: null,
    }),
    async publish(topic, payload) {
      if (broken) throw new Error('no broker')
      published.push([topic, payload])
    },
    relayAddresses: addresses,
    random: (bytes) => new Uint8Array(bytes).fill(7),
    httpTimeoutMs: 150,
  })
const open = (relays: Relays, relay: RelaySettings, ttlMs = 5_000) =>
  relays.act(withRelay(relay), 'door.unlock', { seconds: 3 }, ttlMs)

test('a device without a relay is sent the command', async () => {
  const outcome = await actuator().act(aDoor(), 'door.unlock', { seconds: 5 }, 5_000)
  expect(outcome.id).toBe('door.unlock door-1 {"seconds":5} 5000')
})

describe('relays that listen to a topic', () => {
  const tasmota: RelaySettings = {
    kind: 'mqtt',
    topic: 'cmnd/lock/Backlog',
    payload: 'Power1 ON; Delay {seconds}0; Power1 OFF',
    stateTopic: null,
    stateIncludes: null,
  }
  const confirming: RelaySettings = {
    kind: 'mqtt',
    topic: 'zigbee2mqtt/lock/set',
    payload: '{"state":"UNLOCK"}',
    stateTopic: 'zigbee2mqtt/lock',
    stateIncludes: '"UNLOCK"',
  }

  test('are told once, with the opening time, and count as done when nothing confirms', async () => {
    published.length = 0
    const outcome = await open(actuator(), tasmota)
    expect(outcome).toEqual({ id: 'relay-0707070707070707', outcome: 'done', error: null })
    expect(published).toEqual([['cmnd/lock/Backlog', 'Power1 ON; Delay 30; Power1 OFF']])
  })

  test('are done when their state says so, and expired when it does not', async () => {
    const relays = actuator()
    const done = open(relays, confirming)
    await Promise.resolve()
    relays.relayState('zigbee2mqtt/other', '{"state":"UNLOCK"}')
    relays.relayState('zigbee2mqtt/lock', '{"state":"LOCK"}')
    relays.relayState('zigbee2mqtt/lock', '{"state":"UNLOCK"}')
    expect((await done).outcome).toBe('done')
    expect((await open(relays, confirming, 20)).outcome).toBe('expired')
    const waiting = open(relays, confirming)
    await Promise.resolve()
    relays.close()
    expect((await waiting).outcome).toBe('expired')
  })

  test('a broker that is gone, and a topic of our own devices, are refused', async () => {
    expect(await open(actuator([], true), tasmota)).toMatchObject({ outcome: 'refused' })
    expect(await open(actuator([], true), confirming)).toMatchObject({ outcome: 'refused' })
    const forged = { ...tasmota, topic: 'linli/v1/demo/door-2/command' }
    expect(await open(actuator(), forged)).toMatchObject({
      outcome: 'refused',
      error: 'relay.refused',
    })
  })
})

describe('check 13: relays are called at allow-listed addresses only', () => {
  const calls: string[] = []
  const listen = (answer: (request: IncomingMessage) => number | string | null): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((request, response) => {
        let body = ''
        request.on('data', (chunk: Buffer) => (body += chunk.toString()))
        request.on('end', () => {
          calls.push(`${request.method} ${request.url} ${body}`.trim())
          const how = answer(request)
          if (typeof how === 'string') response.writeHead(302, { location: how }).end()
          else if (how !== null) response.writeHead(how).end('x'.repeat(1_000))
        })
      }).listen(0, '127.0.0.1', () => resolve(server))
    })
  const urlOf = (server: Server): string =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let relay: Server
  let elsewhere: Server
  beforeAll(async () => {
    elsewhere = await listen(() => 200)
    relay = await listen(({ url = '' }) => {
      if (url.includes('away')) return `${urlOf(elsewhere)}/relay/open`
      if (url.includes('silent')) return null
      return url.includes('broken') ? 500 : 200
    })
  })
  afterAll(() => {
    for (const server of [relay, elsewhere]) {
      server.closeAllConnections()
      server.close()
    }
  })
  const call = (path: string, more: Partial<Extract<RelaySettings, { kind: 'http' }>> = {}) => {
    calls.length = 0
    const settings = {
      kind: 'http' as const,
      method: 'GET' as const,
      url: urlOf(relay) + path,
      body: null,
      ...more,
    }
    return open(actuator([`${urlOf(relay)}/relay/`]), settings)
  }

  test('a call that is answered opens', async () => {
    expect((await call('/relay/0?turn=on&timer={seconds}')).outcome).toBe('done')
    expect(calls).toEqual(['GET /relay/0?turn=on&timer=3'])
    expect((await call('/relay/0', { method: 'POST', body: '{"on":{seconds}}' })).outcome).toBe(
      'done',
    )
    expect(calls).toEqual(['POST /relay/0 {"on":3}'])
  })

  test('an error, a redirect and silence do not, and nobody else is called', async () => {
    expect(await call('/relay/broken')).toMatchObject({ outcome: 'refused', error: 'HTTP 500' })
    expect(await call('/relay/away')).toMatchObject({ outcome: 'refused', error: 'HTTP 302' })
    expect(calls).toEqual(['GET /relay/away'])
    expect((await call('/relay/silent')).outcome).toBe('expired')
    const closed = await call('', { url: 'http://127.0.0.1:1/relay/' })
    expect(closed).toMatchObject({ outcome: 'refused', error: 'relay.refused' })
    const list = ['http://127.0.0.1:1/']
    const settings = {
      kind: 'http' as const,
      method: 'GET' as const,
      url: 'http://127.0.0.1:1/x',
      body: null,
    }
    expect((await open(actuator(list), settings)).outcome).toBe('refused')
  })

  test.each([
    ['/admin'],
    ['/relay/../admin'],
    ['/relay/%2e%2e/admin'],
    ['/relay/..%2fadmin'],
    ['/relay/%2e%2e%5cadmin'],
    ['/relay/\\..\\..\\admin'],
    ['/relays/0'],
    ['/relay'],
  ])('%s is not called', async (path) => {
    expect(await call(path)).toMatchObject({ outcome: 'refused', error: 'relay.refused' })
    expect(calls).toEqual([])
  })

  test.each([
    ['http://192.168.10.40/relay/0', true],
    ['http://192.168.10.40:80/relay/0', true],
    ['http://192.168.10.40:8080/relay/0', false],
    ['https://192.168.10.40/relay/0', false],
    ['http://user:pass@192.168.10.40/relay/0', false],
    ['http://192.168.10.40@169.254.169.254/relay/0', false],
    ['http://192.168.10.40.evil.example/relay/0', false],
    ['http://192.168.10.41/relay/0', false],
    ['http://3232238120/relay/0', true],
    ['http://[::ffff:192.168.10.40]/relay/0', false],
    ['file:///relay/0', false],
    ['gopher://192.168.10.40/relay/0', false],
    ['not an address', false],
  ])('%s: %s', (address, expected) => {
    expect(allowedAddress(address, ['http://192.168.10.40/relay/']) !== null).toBe(expected)
  })

  test('an empty list allows nothing', () => {
    expect(allowedAddress('http://192.168.10.40/', [])).toBeNull()
    expect(allowedAddress('http://192.168.10.40/', ['nonsense'])).toBeNull()
  })
})
