import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Roster } from '../../contracts/roster.ts'
import { type TestApi, startTestApi } from './support/api.ts'
import { type Box, problem, startBox } from './support/box.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const item of closing.splice(0).reverse()) await item.close()
})

async function pair(): Promise<{ test: TestApi; box: Box }> {
  const box = await startBox()
  closing.push(box)
  const test = await startTestApi({ gatewayUrl: box.url })
  closing.push(test)
  await until(() => box.asked.includes('PUT /roster'))
  return { test, box }
}

async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!condition()) {
    if (Date.now() > end) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const works = (roster: Roster, username: string, password: string): boolean => {
  const credential = roster.credentials.find((item) => item.username === username)
  if (credential === undefined) return false
  const hash = createHash('sha256')
    .update(Buffer.from(credential.saltHex, 'hex'))
    .update(password)
    .digest('hex')
  return hash === credential.hashHex
}

describe('the roster', () => {
  it('is at the box when the answer returns, one change after the other', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    const made = await admin.post('/devices', { id: 'door-1', type: 'door', name: '东门' })
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({
      device: { id: 'door-1', community: 'demo', state: 'approved', camera: null },
      inForce: true,
    })
    expect(made.json().mqtt.password).toHaveLength(32)
    const change = box.bodies.at(-1)
    expect(box.asked.at(-1)).toBe('PATCH /roster')
    expect(change).toMatchObject({ base: 0, version: 1, devices: { upsert: [{ id: 'door-1' }] } })
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => admin.post('/households', { place: { name: `${i}` } })),
    )
    await until(() => box.roster.version === 9)
    const whole = (await test.box.get('/gateway/roster')).json<Roster>()
    expect(whole.version).toBe(9)
    const { username, password } = made.json().mqtt
    expect(works(whole, username, password)).toBe(true)
    expect(JSON.stringify(whole)).not.toContain(password)
  })

  it('goes up whole where the box has another version', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    ;(box.roster as { version: number }).version = 77
    const made = await admin.post('/households', { place: { name: 'x' } })
    expect(made.json().inForce).toBe(true)
    expect(box.asked.slice(-2)).toEqual(['PATCH /roster', 'PUT /roster'])
    expect(box.roster.households).toHaveLength(1)
  })

  it('does not wait for a box that is away, and follows on its return', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    await box.close()
    closing.splice(closing.indexOf(box), 1)
    const from = performance.now()
    const made = await admin.post('/devices', { id: 'd-1', type: 'door' })
    expect(made.statusCode).toBe(201)
    expect(made.json().inForce).toBe(false)
    expect(performance.now() - from).toBeLessThan(3_000)
    const back = await startBox(box.port)
    closing.push(back)
    await until(() => back.roster.version === 1, 20_000)
    expect(back.roster.devices.map(({ id }) => id)).toEqual(['d-1'])
  }, 40_000)

  it('waits two seconds at most for a box that hangs', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    const hanging = await startHangingBox(box)
    closing.push(hanging)
    const from = performance.now()
    const made = await admin.post('/households', { place: { name: 'x' } })
    expect(made.json().inForce).toBe(false)
    const tookMs = performance.now() - from
    expect(tookMs).toBeGreaterThan(1_500)
    expect(tookMs).toBeLessThan(4_000)
  }, 20_000)
})

/** Ends the box and puts in its place one that takes requests and says nothing. */
async function startHangingBox(box: Box): Promise<{ close(): Promise<void> }> {
  await box.close()
  closing.splice(closing.indexOf(box), 1)
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(box.port, '127.0.0.1', resolve))
  return {
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

describe('devices', () => {
  it('that announce themselves wait for approval; approval brings a secret', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    const event = {
      id: 'evt-1',
      ts: 1,
      community: 'demo',
      device: 'new-1',
      type: 'device.seen',
      data: {
        client: 'demo.provisioning.1',
        info: { type: 'smoke', name: '厨房烟感', place: '3 号楼', intervalMs: 60_000 },
      },
    }
    const before = { ...event, id: 'evt-0', data: { client: 'demo.provisioning.1', info: null } }
    await test.box.post('/gateway/events', { events: [before] })
    expect((await admin.get('/devices?state=pending')).json().items).toMatchObject([
      { id: 'new-1', name: 'new-1', type: 'unknown' },
    ])
    const sent = await test.box.post('/gateway/events', { events: [event, event] })
    expect(sent.json()).toEqual({ stored: 1, duplicates: 1 })
    expect((await test.box.post('/gateway/events', { events: [event] })).json().stored).toBe(0)
    const pending = (await admin.get('/devices?state=pending')).json().items
    expect(pending).toMatchObject([
      {
        id: 'new-1',
        type: 'smoke',
        name: '厨房烟感',
        place: { name: '3 号楼' },
        intervalMs: 60_000,
        online: null,
        lastValues: {},
      },
    ])
    const approved = (await admin.post('/devices/new-1/approve')).json()
    expect(approved).toMatchObject({ device: { state: 'approved' }, inForce: true })
    expect(box.bodies.at(-1)).toMatchObject({ credentials: { upsert: [{ device: 'new-1' }] } })
  })

  it('can be changed, given a new secret, revoked and blocked', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    const first = (await admin.post('/devices', { id: 'c-1', type: 'camera' })).json()
    expect(first.device.camera).toMatchObject({ priority: 'public', zones: [] })
    expect((await admin.post('/devices', { id: 'c-1', type: 'camera' })).statusCode).toBe(409)
    const zones = [
      {
        id: 'z',
        name: '消防通道',
        kind: 'fire-lane',
        polygon: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ]
    const patched = await admin.patch('/devices/c-1', { name: '南门', camera: { zones } })
    expect(patched.json()).toMatchObject({
      device: { name: '南门', camera: { zones, staleAfterMs: 30_000 } },
      inForce: true,
    })
    const second = (await admin.post('/devices/c-1/credential')).json()
    const roster = () => test.box.get('/gateway/roster').then((answer) => answer.json<Roster>())
    expect(works(await roster(), first.mqtt.username, first.mqtt.password)).toBe(false)
    expect(works(await roster(), second.mqtt.username, second.mqtt.password)).toBe(true)
    expect((await admin.delete('/devices/c-1/credential')).json()).toEqual({ inForce: true })
    expect(box.bodies.at(-1)).toMatchObject({ credentials: { remove: [second.mqtt.username] } })
    expect((await admin.post('/devices/c-1/block')).json().device.state).toBe('blocked')
    expect((await admin.post('/devices/c-1/credential')).statusCode).toBe(400)
    expect((await admin.patch('/devices/nobody', {})).statusCode).toBe(404)
  })

  it('as a crowd and behind a foreign prefix get credentials that cannot reach ours', async () => {
    const { test } = await pair()
    const admin = await test.admin()
    const crowd = await admin.post('/mqtt-credentials', { kind: 'provisioning' })
    expect(crowd.statusCode).toBe(201)
    const make = (prefixes: string[]) =>
      admin.post('/mqtt-credentials', { kind: 'adapter', prefixes })
    expect((await make(['zigbee2mqtt/#', 'tele/#'])).statusCode).toBe(201)
    for (const prefix of ['#', '+/x', 'linli/v1/#', '$SYS/#', '']) {
      expect((await make([prefix])).statusCode, prefix).toBe(400)
    }
    expect((await make([])).statusCode).toBe(400)
    const { username } = crowd.json().mqtt
    expect((await admin.delete(`/mqtt-credentials/${username}`)).json().inForce).toBe(true)
    expect((await admin.delete(`/mqtt-credentials/${username}`)).statusCode).toBe(404)
  })

  it('show what the box last heard of them, and their readings', async () => {
    const { test, box } = await pair()
    const admin = await test.admin()
    await admin.post('/devices', { id: 't-1', type: 'sensor' })
    const state = {
      id: 't-1',
      community: 'demo',
      online: true,
      lastSeenAt: 5,
      lastValues: { temperature: { ts: 5, value: 21.5 } },
    }
    box.answers.set('GET /devices', () => ({ items: [state] }))
    const asked: string[] = []
    box.answers.set('GET /devices/t-1/telemetry', (_body, url) => {
      asked.push(url.search)
      return { items: [{ ts: 5, value: 21.5 }] }
    })
    expect((await admin.get('/devices')).json().items[0]).toMatchObject(state)
    const points = await admin.get(
      '/devices/t-1/telemetry?reading=temperature&from=1&to=9&bucket=5m&agg=mean',
    )
    expect(points.json()).toEqual({ items: [{ ts: 5, value: 21.5 }] })
    expect(Object.fromEntries(new URLSearchParams(asked[0]))).toEqual({
      reading: 'temperature',
      from: '1',
      to: '9',
      bucketMs: '300000',
      agg: 'mean',
      community: 'demo',
    })
    const wrong = '/devices/t-1/telemetry?reading=temperature'
    expect((await admin.get(`${wrong}&bucket=7m`)).statusCode).toBe(400)
    expect((await admin.get(`${wrong}&limit=50001`)).statusCode).toBe(400)
    box.answers.set('GET /devices/t-1/telemetry', (_body, _url, response) =>
      problem(response, 500, 'internal'),
    )
    expect((await admin.get(wrong)).json()).toMatchObject({
      status: 503,
      code: 'gateway.unreachable',
    })
  })
})
