import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadRules, loadShippedRules } from '../../../config/rules.ts'
import { CodedError } from '../../../contracts/errors.ts'
import type { GatewayHealth } from '../../../contracts/health.ts'
import type { Roster } from '../../../contracts/roster.ts'
import type { RulesInForce } from '../../../contracts/rules.ts'
import { redactPicture } from '../../../detectors/redact.ts'
import { createReplayDesk } from '../../../gateway/backtest/desk.ts'
import type { TelemetryQuestion } from '../../../gateway/http/device-routes.ts'
import { createPrivateApp } from '../../../gateway/http/private-app.ts'
import { checkRules } from '../../../gateway/pipeline/rules-check.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'

const serviceToken = 'a-token-of-the-test'
const authorization = `Bearer ${serviceToken}`
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])
const inForce: RulesInForce = {
  text: '# none',
  version: '0123456789ab',
  source: 'shipped',
  by: 'gateway',
  since: 1,
  file: null,
  lines: [],
  rules: [],
}
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function build() {
  const book = new RosterBook()
  const asked: TelemetryQuestion[] = []
  const listeners = new Set<() => void>()
  const opened: string[] = []
  const app = createPrivateApp({
    serviceToken,
    health: async () => ({ status: 'ok' }) as GatewayHealth,
    metrics: async () => 'linli_up 1\n',
    roster: {
      version: () => book.version,
      replace: async (roster) => book.replace(roster),
      patch: async (change) => book.patch(change),
    },
    devices: {
      states: async () => [],
      telemetry: async (question) => {
        asked.push(question)
        return { items: [] }
      },
      care: async () => ({ items: [] }),
      careSign: async () => {},
      command: async () => ({ id: 'cmd_1', outcome: 'done', error: null }),
    },
    cameras: {
      snapshot: async (_community, camera) => (camera === 'cam-1' ? jpeg : null),
      detections: () => null,
      subscribe: (_community, _camera, listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    live: null,
    access: {
      enrol: async ({ template }) => ({ template, quality: [], lookAlikes: [] }),
      forget: async () => ({ templates: 1, pictures: 0 }),
      count: () => ({ persons: 3, templates: 4 }),
      openDoor: async (device, { by }) => {
        opened.push(`door ${device} ${by}`)
        return { id: 'cmd_2', outcome: 'done', error: null }
      },
      openBarrier: async (device, { by }) => {
        opened.push(`barrier ${device} ${by}`)
        return { id: 'cmd_3', outcome: 'done', error: null }
      },
      reported: async (community, device, { id }) => {
        opened.push(`report ${community} ${device} ${id}`)
      },
      parking: () => ({ carParks: [], sessions: [] }),
    },
    replay: createReplayDesk({
      file: join(tmpdir(), 'none', 'gateway.db'),
      inForce: loadShippedRules,
    }),
    rules: {
      current: async () => inForce,
      check: async (text) => checkRules(text, loadRules),
      set: async (text) => {
        const { valid, lines } = checkRules(text, loadRules)
        if (!valid) throw new CodedError('rules.invalid', 'wrong', { lines })
        return { ...inForce, text, source: 'set' }
      },
      reset: async () => inForce,
    },
    photos: { redact: (picture, request) => redactPicture(picture, null, request) },
  })
  closers.push(async () => app.close())
  return { app, book, asked, listeners, opened }
}
const empty: Roster = {
  version: 4,
  devices: [],
  credentials: [],
  households: [],
  residents: [],
  cards: [],
}

test('nothing is answered without the service token, not even health', async () => {
  const { app } = build()
  for (const url of [
    '/health',
    '/metrics',
    '/devices?community=demo',
    '/cameras/cam-1/snapshot.jpg?community=demo',
  ]) {
    expect((await app.inject({ url })).json()).toMatchObject({ code: 'auth.required', status: 401 })
    expect((await app.inject({ url, headers: { authorization: 'Bearer wrong' } })).statusCode).toBe(
      401,
    )
  }
  expect((await app.inject({ url: '/health', headers: { authorization } })).statusCode).toBe(200)
})

test('a roster change is taken only on top of the version it was made for', async () => {
  const { app, book } = build()
  const headers = { authorization }
  expect(
    (await app.inject({ method: 'PUT', url: '/roster', headers, payload: empty })).json(),
  ).toEqual({ version: 4 })
  const change = {
    base: 4,
    version: 5,
    households: {
      upsert: [{ id: 'hh_1', community: 'demo', place: { name: '6 号楼 301' } }],
      remove: [],
    },
  }
  expect(
    (await app.inject({ method: 'PATCH', url: '/roster', headers, payload: change })).json(),
  ).toEqual({ version: 5 })
  expect(book.household('hh_1')?.place.name).toBe('6 号楼 301')
  const again = await app.inject({ method: 'PATCH', url: '/roster', headers, payload: change })
  expect(again.json()).toMatchObject({ status: 409, code: 'gateway.roster-version' })
  const wrong = await app.inject({
    method: 'PUT',
    url: '/roster',
    headers,
    payload: { version: 'x' },
  })
  expect(wrong.json()).toMatchObject({ status: 400, code: 'request.invalid' })
  expect(book.version).toBe(5)
})

test('telemetry questions are bounded and refused when malformed', async () => {
  const { app, asked } = build()
  const headers = { authorization }
  await app.inject({
    url: '/devices/t1/telemetry?community=demo&reading=temperature&from=5&to=9&limit=999999&bucketMs=3600000&agg=max',
    headers,
  })
  expect(asked).toEqual([
    {
      community: 'demo',
      device: 't1',
      reading: 'temperature',
      from: 5,
      to: 9,
      limit: 50_000,
      bucketMs: 3_600_000,
      agg: 'max',
    },
  ])
  for (const query of [
    'reading=x',
    'community=demo',
    'community=demo&reading=x&from=abc',
    'community=demo&reading=x&agg=median',
  ]) {
    expect((await app.inject({ url: `/devices/t1/telemetry?${query}`, headers })).statusCode).toBe(
      400,
    )
  }
})

test('a camera without a frame is a coded miss, and a live view ends with its viewer', async () => {
  const { app, listeners } = build()
  const headers = { authorization }
  const got = await app.inject({ url: '/cameras/cam-1/snapshot.jpg?community=demo', headers })
  expect(got.headers['content-type']).toBe('image/jpeg')
  expect(got.rawPayload).toEqual(jpeg)
  expect(
    (await app.inject({ url: '/cameras/cam-2/snapshot.jpg?community=demo', headers })).json(),
  ).toMatchObject({ code: 'picture.absent' })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const abort = new AbortController()
  const answer = await fetch(`${address}/cameras/cam-1/stream?community=demo`, {
    headers,
    signal: abort.signal,
  })
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  expect(Buffer.from(first?.value ?? []).includes(jpeg)).toBe(true)
  expect(listeners.size).toBe(1)
  abort.abort()
  await expect.poll(() => listeners.size).toBe(0)
})

test('doors, barriers, terminals and faces: what is not in shape is refused before it is asked for', async () => {
  const { app, opened } = build()
  const post = (url: string, payload: object) =>
    app.inject({ method: 'POST', url, payload, headers: { authorization } })
  const by = { community: 'demo', reason: '测试', by: 'wang' }
  expect((await post('/doors/d1/open', by)).json()).toMatchObject({ outcome: 'done' })
  expect((await post('/barriers/b1/open', by)).json()).toMatchObject({ outcome: 'done' })
  expect((await post('/doors/d1/open', { reason: 'x' })).json()).toMatchObject({ status: 400 })
  const report = { id: 'r1', granted: true }
  expect((await post('/terminals/t1/events?community=demo', report)).statusCode).toBe(204)
  expect((await post('/terminals/t1/events?community=demo', {})).statusCode).toBe(400)
  expect((await post('/faces', { template: 'fac_1' })).statusCode).toBe(400)
  expect(opened).toEqual(['door d1 wang', 'barrier b1 wang', 'report demo t1 r1'])
  const count = await app.inject({ url: '/faces/count', headers: { authorization } })
  expect(count.json()).toEqual({ persons: 3, templates: 4 })
})

test('rules: read, checked, set and taken back; what is wrong comes with its lines', async () => {
  const { app } = build()
  const ask = (method: 'GET' | 'PUT' | 'DELETE' | 'POST', url: string, payload?: object) =>
    app.inject({ method, url, headers: { authorization }, ...(payload && { payload }) })
  expect((await ask('GET', '/rules')).json()).toEqual(inForce)
  expect((await ask('POST', '/rules/check', { text: 'noise: 1' })).json()).toMatchObject({
    valid: false,
    lines: [{ line: 1, text: expect.stringMatching(/noise/) }],
  })
  const wrong = await ask('PUT', '/rules', { text: 'noise: 1', by: 'wang' })
  expect([wrong.statusCode, wrong.json()]).toMatchObject([
    422,
    { code: 'rules.invalid', lines: [{ line: 1 }] },
  ])
  expect((await ask('PUT', '/rules', { text: '{}', by: 'wang' })).json().source).toBe('set')
  expect((await ask('DELETE', '/rules', { by: 'wang' })).statusCode).toBe(200)
  for (const [method, url, body] of [
    ['PUT', '/rules', { text: '{}' }],
    ['PUT', '/rules', { text: '', by: 'wang' }],
    ['DELETE', '/rules', {}],
    ['POST', '/rules/check', { text: 1 }],
  ] as const)
    expect((await ask(method, url, body)).statusCode).toBe(400)
})
