import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultBarrier, defaultDoor } from '../../contracts/access.ts'
import { loggedAccess } from './support/access-log.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, problem, startBox } from './support/box.ts'

const access = {
  pictureLivenessAcceptedBy: null,
  relayAddresses: ['http://192.168.10.40/relay/', 'http://192.168.10.41'],
  filingNumber: null,
  watchlistEnabled: false,
}
let box: Box
let test: TestApi
let admin: Caller
beforeAll(async () => {
  box = await startBox()
  test = await startTestApi({ gatewayUrl: box.url, access })
  admin = await test.admin()
})
afterAll(async () => {
  await test.close()
  await box.close()
})
let counter = 0
const register = async (body: object) => {
  counter += 1
  return admin.post('/devices', { id: `d-${counter}`, ...body })
}
const made = async (body: object) => (await register(body)).json().device

describe('what the type of a device brings', () => {
  it.each(['door', 'smart-lock', 'access-controller', 'card_terminal', '单元门禁'])(
    '%s is a door that opens by card, PIN and code',
    async (type) => {
      expect(await made({ type })).toMatchObject({ door: defaultDoor, camera: null, barrier: null })
    },
  )
  it.each(['door-contact', 'door sensor', 'doorbell', 'smoke', 'clock'])(
    '%s is none',
    async (type) => {
      expect(await made({ type })).toMatchObject({ door: null, barrier: null, camera: null })
    },
  )
  it.each(['barrier', 'gate-arm', '南门道闸'])('%s is a barrier', async (type) => {
    expect(await made({ type })).toMatchObject({ barrier: defaultBarrier, door: null })
  })
  it.each(['plate-camera', 'gate-camera'])('%s reads plates at a door', async (type) => {
    const { camera, door, barrier } = await made({ type })
    expect(camera).toMatchObject({ priority: 'door', tasks: ['plates', 'objects'] })
    expect([door, barrier]).toEqual([null, null])
  })
  it('a face-terminal is a door that sees for itself, with a PIN as long as nobody vouches', async () => {
    const { id, camera, door } = await made({ type: 'face-terminal' })
    expect(camera).toMatchObject({ priority: 'door', tasks: ['recognition'] })
    expect(door).toMatchObject({ cameras: [id], methods: ['face+pin', 'card', 'pin', 'qr'] })
    const own = { type: 'door', camera: {}, door: { methods: ['card'] } }
    expect(await made(own)).toMatchObject({
      camera: { priority: 'door' },
      door: { methods: ['card'] },
    })
  })
  it('a stranger that announces itself as one waits with the same settings', async () => {
    const info = { type: 'face-terminal' }
    const data = { client: 'new', info }
    const event = { id: 'e1', ts: 1, community: 'demo', device: 'new-1', type: 'device.seen', data }
    expect((await test.box.post('/gateway/events', { events: [event] })).json().stored).toBe(1)
    const device = (await admin.get('/devices/new-1')).json()
    expect(device).toMatchObject({
      state: 'pending',
      door: { methods: ['face+pin', 'card', 'pin', 'qr'] },
    })
  })
})

describe('settings of doors, barriers and relays', () => {
  it('are merged with what stood before, and taken away by null', async () => {
    const { id } = await made({ type: 'door', door: { openMs: 3_000 } })
    const patched = await admin.patch(`/devices/${id}`, { door: { antiPassback: 'hard' } })
    expect(patched.json().device.door).toEqual({
      ...defaultDoor,
      openMs: 3_000,
      antiPassback: 'hard',
    })
    const roster = (await test.box.get('/gateway/roster')).json()
    expect(roster.devices.find((device: { id: string }) => device.id === id).door.openMs).toBe(
      3_000,
    )
    expect((await admin.patch(`/devices/${id}`, { name: 'x' })).json().device.door.openMs).toBe(
      3_000,
    )
    expect((await admin.patch(`/devices/${id}`, { door: null })).json().device.door).toBe(null)
    const barrier = await made({ type: 'arm', barrier: { places: 120, exitFree: false } })
    expect(barrier.barrier).toEqual({ ...defaultBarrier, places: 120, exitFree: false })
  })

  it.each(['linli/v1/demo/gate-1/command', 'linli/v1'])(
    'a relay does not speak on %s',
    async (topic) => {
      const answer = await register({ type: 'lock', relay: { topic } })
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'relay.refused'])
    },
  )
  it('a relay needs but its topic or its address', async () => {
    const mqtt = await made({ type: 'lock', relay: { topic: 'cmnd/gate/POWER' } })
    expect(mqtt.relay).toEqual({
      kind: 'mqtt',
      topic: 'cmnd/gate/POWER',
      payload: 'ON',
      stateTopic: null,
      stateIncludes: null,
    })
    const url = 'http://192.168.10.40/relay/0?turn=on&timer={seconds}'
    const http = await made({ type: 'lock', relay: { kind: 'http', url } })
    expect(http.relay).toEqual({ kind: 'http', method: 'POST', url, body: null })
    expect((await register({ type: 'lock', relay: { topic: 'a/#' } })).statusCode).toBe(400)
  })

  it.each([
    'http://192.168.10.42/relay/0',
    'http://192.168.10.40/admin',
    'http://192.168.10.40/relay/../admin',
    'http://192.168.10.40/relay/%2e%2e/admin',
    'http://192.168.10.40@10.0.0.1/relay/',
    'http://192.168.10.410/relay/',
    'https://192.168.10.40/relay/0',
    'http://192.168.10.41:8080/',
  ])('a relay at %s is off the list', async (url) => {
    const answer = await register({ type: 'lock', relay: { url } })
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'relay.refused'])
  })
})

describe('opening by hand', () => {
  it('is logged with its reason before the box is asked', async () => {
    const door = await made({ type: 'door' })
    const done = { id: 'c-1', outcome: 'done', error: null }
    let seen: unknown = null
    box.answers.set('POST /doors/*/open', (body) => {
      seen = { body, logged: loggedAccess(test.home, 'command door.open').length }
      return done
    })
    const grid = await test.person('grid')
    const answer = await grid.post(`/doors/${door.id}/open`, { reason: '忘带门卡' })
    expect([answer.statusCode, answer.json()]).toEqual([200, done])
    expect(seen).toEqual({
      body: { community: 'demo', reason: '忘带门卡', by: expect.stringMatching(/^grid-/) },
      logged: 1,
    })
    expect(loggedAccess(test.home, 'command door.open')).toMatchObject([
      { who: grid.id, target: door.id, reason: '忘带门卡' },
    ])
    const silent = await grid.post(`/doors/${door.id}/open`, {})
    expect([silent.statusCode, silent.json().code]).toEqual([400, 'request.invalid'])
  })

  it('barriers are for the desk, and a door is no barrier', async () => {
    const [door, barrier] = [await made({ type: 'door' }), await made({ type: 'barrier' })]
    box.answers.set('POST /barriers/*/open', () => ({ id: 'c', outcome: 'expired', error: 'late' }))
    const reason = 'a fire engine'
    const answer = await admin.post(`/barriers/${barrier.id}/open`, { reason })
    expect(answer.json()).toMatchObject({ outcome: 'expired' })
    expect((await admin.post(`/barriers/${door.id}/open`, { reason })).statusCode).toBe(404)
    expect((await admin.post(`/doors/${barrier.id}/open`, { reason })).statusCode).toBe(404)
    const grid = await test.person('grid')
    expect((await grid.post(`/barriers/${barrier.id}/open`, { reason })).statusCode).toBe(403)
    await admin.post(`/devices/${door.id}/block`)
    expect((await admin.post(`/doors/${door.id}/open`, { reason })).statusCode).toBe(400)
  })
})

describe('parking and terminals', () => {
  it('who is in comes from the box, of one community', async () => {
    const parking = {
      carParks: [{ id: 'main', community: 'demo', places: 9, taken: 1, free: 8 }],
      sessions: [],
    }
    let asked = ''
    box.answers.set('GET /parking', (_body, url) => {
      asked = url.search
      return parking
    })
    expect((await admin.get('/parking')).json()).toEqual(parking)
    expect(asked).toBe('?community=demo')
    const stranger = await test.person('staff', ['home'])
    expect((await stranger.get('/parking?community=demo')).statusCode).toBe(404)
    expect((await (await test.person('resident')).get('/parking')).statusCode).toBe(403)
  })

  it('a terminal reports with a key of its own, which opens nothing else', async () => {
    const { id } = await made({ type: 'terminal' })
    const { key } = (
      await admin.post('/api-keys', { name: 'turnstile', scopes: ['terminal'] })
    ).json()
    const terminal = test.as(key)
    const reports: unknown[] = []
    box.answers.set('POST /terminals/*/events', (body, url, response) => {
      reports.push([url.pathname, url.search, body])
      response.writeHead(204)
      response.end()
      return undefined
    })
    const report = { id: 'r-1', granted: true, person: 'res-1', method: 'face', live: true }
    const answer = await terminal.post(`/terminals/${id}/events`, report)
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expect(reports).toEqual([[`/terminals/${id}/events`, '?community=demo', report]])
    expect((await terminal.post(`/terminals/none/events`, report)).statusCode).toBe(404)
    expect((await terminal.post(`/terminals/${id}/events`, { id: 'r' })).statusCode).toBe(400)
    for (const path of ['/devices', '/residents', '/tickets', '/vehicles'])
      expect((await terminal.get(path)).statusCode, path).toBe(403)
    box.answers.set('POST /terminals/*/events', (_body, _url, response) =>
      problem(response, 404, 'not-found'),
    )
    expect((await terminal.post(`/terminals/${id}/events`, report)).statusCode).toBe(404)
  })
})
