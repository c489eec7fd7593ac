import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import Fastify from 'fastify'
import Type from 'typebox'
import { validation } from '../../api/plugins/validation.ts'
import { type Caller, type TestApi, smoke, startTestApi } from './support/api.ts'

interface Operation {
  readonly 'x-roles'?: readonly string[]
  readonly parameters?: readonly { name: string; in: string; required?: boolean }[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, unknown>>
  readonly security?: readonly unknown[]
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

let test: TestApi
let admin: Caller
let document: Document
let operations: { method: string; path: string; operation: Operation }[]
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
  document = (await test.api.app.inject('/openapi.json')).json()
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
})
afterAll(() => test.close())

const open = new Set([
  'POST /api/v1/auth/login',
  'GET /api/v1/health',
  'GET /api/v1/ready',
  // Relatives have no account: the link is what lets them in.
  'GET /api/v1/ladder/answer/{token}',
  'POST /api/v1/ladder/answer/{token}',
  // Loudspeakers neither: their address is signed.
  'GET /api/v1/broadcasts/sounds/{sha256}.mp3',
])

describe('the OpenAPI document', () => {
  it('is one, and stands at both addresses, and as a page without script or foreign address', async () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect((await admin.get('/openapi.json')).json()).toEqual(document)
    const page = await test.api.app.inject('/docs')
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.body).toContain('/api/v1/tickets/{id}/actions/{action}')
    expect(page.body).not.toMatch(/<script|https?:\/\/|src=/)
  })

  it('holds what the contract names, and each says who may and what it takes', () => {
    const paths = Object.keys(document.paths)
    for (const path of [
      '/api/v1/tickets',
      '/api/v1/tickets/{id}',
      '/api/v1/tickets/{id}/actions/{action}',
      '/api/v1/anomalies',
      '/api/v1/anomalies/clear',
      '/api/v1/evidence/{sha256}',
      '/api/v1/gateway/roster',
      '/api/v1/gateway/events',
      '/api/v1/devices/{id}/telemetry',
      '/api/v1/cameras/{id}/snapshot.jpg',
      '/api/v1/cameras/{id}/stream',
      '/api/v1/care/{id}/visits',
      '/api/v1/care/{id}/suspensions',
      '/api/v1/care/{id}/checkins',
      '/api/v1/care/{id}/calls',
      '/api/v1/residents/{id}/death',
      '/api/v1/stream',
      '/api/v1/residents/{id}/consents',
      '/api/v1/residents/{id}/faces',
      '/api/v1/vehicles',
      '/api/v1/visitors',
      '/api/v1/doors/{id}/open',
      '/api/v1/barriers/{id}/open',
      '/api/v1/parking',
      '/api/v1/events',
      '/api/v1/metrics',
    ]) {
      expect(paths).toContain(path)
    }
    for (const { method, path, operation } of operations) {
      expect(Object.keys(operation.responses).length, `${method} ${path}`).toBeGreaterThan(0)
      expect(operation['x-roles']?.length, `${method} ${path} says who may`).toBeGreaterThan(0)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (operation.parameters ?? [])
        .filter((p) => p.in === 'path')
        .map((p) => p.name)
      expect(new Set(declared), path).toEqual(new Set(named))
    }
  })

  it('every route but six asks for a sign-in, and says so as a coded problem', async () => {
    for (const { method, path } of operations) {
      const url = path.replaceAll(/\{sha256\}/g, 'a'.repeat(64)).replaceAll(/\{\w+\}/g, 'x-1')
      const answer = await test.api.app.inject({ method: method as 'GET', url })
      const name = `${method} ${path}`
      if (open.has(name)) continue
      expect([answer.statusCode, answer.json().code], name).toEqual([401, 'auth.required'])
      expect(answer.headers['content-type'], name).toContain('application/problem+json')
    }
  })

  it('answers are checked in these tests: a wrong one is a failure', async () => {
    const app = Fastify()
    validation(app, { checkAnswers: true })
    const schema = { response: { 200: Type.Object({ n: Type.Integer() }) } }
    app.get('/wrong', { schema }, async () => ({ n: 'x' }))
    expect((await app.inject('/wrong')).statusCode).toBe(500)
    await app.close()
  })
})

describe('check 8: somebody of another community gets 404 on every id of this one', () => {
  it('on all routes of the document', async () => {
    const ids = await seed()
    const staff = await test.person('staff', ['home'])
    const supervisor = await test.person('supervisor', ['home'])
    const checked: string[] = []
    for (const { method, path, operation } of operations) {
      const url = path
        .replace('{sha256}', ids.picture)
        .replace('{action}', 'comment')
        .replace('{suspension}', ids.suspension)
        .replace('{username}', ids.username)
        .replace('{consent}', ids.consent)
        .replace('{face}', 'fac-1')
        .replace('{unit}', 'demo-grid-1')
        .replace(
          /(tickets|residents|care|credentials|vehicles|visitors|duties|disputes)\/\{id\}/,
          (_, kind: 'tickets') => `${kind}/${ids[kind]}`,
        )
        .replace('{id}', ids.device)
        .replace('{device}', ids.device)
      // Only for admins, and they see every community.
      const roles = operation['x-roles'] ?? []
      if (roles.join() === 'admin') continue
      const stranger = roles.includes('staff') ? staff : supervisor
      if (url === path) continue
      const query = path.includes('telemetry') ? '&reading=temperature' : ''
      const scoped = /devices|cameras|doors|barriers|terminals/.test(path)
        ? `?community=demo${query}`
        : ''
      const answer = await test.api.app.inject({
        method: method as 'GET',
        url: `${url}${scoped}`,
        headers: { authorization: `Bearer ${stranger.token}` },
        ...(method === 'GET' || method === 'DELETE' ? {} : { payload: bodyFor(path) }),
      })
      if (path === '/api/v1/evidence/{sha256}') continue
      // Nobody signs in to it: its signature is tested in broadcast/sounding.test.ts.
      if (path === '/api/v1/broadcasts/sounds/{sha256}.mp3') continue
      expect(answer.statusCode, `${method} ${path}: ${answer.body}`).toBe(404)
      checked.push(path)
    }
    expect(checked.length).toBeGreaterThan(15)
  })

  it('and sees nothing of it in any list', async () => {
    const stranger = await test.person('staff', ['home'])
    for (const path of [
      'tickets',
      'anomalies',
      'devices',
      'cameras',
      'households',
      'residents',
      'credentials',
      'vehicles',
      'visitors',
      'events',
    ]) {
      const answer = await stranger.get(`/${path}?limit=1000`)
      expect(answer.json().items, path).toEqual([])
      expect((await stranger.get(`/${path}?community=demo`)).json().items, path).toEqual([])
      expect((await admin.get(`/${path}`)).json().items.length, path).toBeGreaterThan(0)
    }
    const nowhere = await test.person('staff', [])
    expect((await nowhere.get('/tickets')).json().items).toEqual([])
    expect((await nowhere.post('/tickets', { title: 'x' })).statusCode).toBe(403)
    expect((await stranger.post('/tickets', { title: 'x', community: 'demo' })).statusCode).toBe(
      404,
    )
  })
})

function bodyFor(path: string): object {
  if (path.includes('suspensions')) return { reason: 'away' }
  if (path.includes('visits')) return { seen: true }
  if (path.endsWith('/plan')) return { level: 'key' }
  if (path.endsWith('/ladder/answer')) return { answer: 'going' }
  if (path.endsWith('/contacts')) return { name: 'x', phone: '123' }
  if (path.includes('calls')) return { answered: false }
  if (path.includes('commands')) return { name: 'door.unlock', reason: 'x', community: 'demo' }
  if (path.includes('actions')) return { note: 'x' }
  if (path.endsWith('/open')) return { reason: 'by hand' }
  if (path.endsWith('/disputes')) return { reason: '不归我们' }
  if (path.endsWith('/ruling')) return { unit: 'property', reason: '按合同' }
  if (path.includes('terminals')) return { id: 'x', granted: true }
  return {}
}

async function seed() {
  const picture = 'b'.repeat(64)
  const evidence = [
    {
      kind: 'frame',
      device: 'cam-1',
      ts: 1,
      sha256: picture,
      widthPx: 1,
      heightPx: 1,
      detections: [],
      models: [],
    },
  ]
  const { ticket } = (await test.box.post('/anomalies', smoke('scope', { evidence }))).json()
  const device = (await admin.post('/devices', { id: 'cam-1', type: 'camera' })).json()
  await admin.post('/households', { place: { name: '1-101' } })
  const resident = (await admin.post('/residents', { name: '吴秀兰' })).json()
  const suspension = (
    await admin.post(`/care/${resident.id}/suspensions`, { reason: 'away' })
  ).json()
  const holder = { kind: 'staff', id: 's', name: 's' }
  const card = (await admin.post('/credentials', { code: '12345678', holder })).json()
  const consent = (await admin.post(`/residents/${resident.id}/consents`)).json()
  const vehicle = (await admin.post('/vehicles', { plate: '苏E·D51712' })).json()
  const visitor = (await admin.post('/visitors', { name: '王芳' })).json()
  const event = { id: 'e', ts: 1, community: 'demo', device: 'cam-1', type: 'sighting', data: {} }
  await test.box.post('/gateway/events', { events: [event] })
  const duty = { category: 'C0304', area: 'demo', unit: 'property', reason: '按合同' }
  const duties = (await admin.post('/duties', duty)).json()
  await admin.post(`/tickets/${ticket.id}/actions/dispatch`, { unit: 'property' })
  const dispute = await admin.post(`/tickets/${ticket.id}/disputes`, { reason: '不归我们' })
  expect(dispute.statusCode, dispute.body).toBe(201)
  return {
    picture,
    device: 'cam-1',
    tickets: ticket.id as string,
    residents: resident.id as string,
    care: resident.id as string,
    credentials: card.id as string,
    suspension: suspension.id as string,
    consent: consent.id as string,
    vehicles: vehicle.id as string,
    visitors: visitor.id as string,
    duties: duties.id as string,
    disputes: dispute.json().id as string,
    username: device.mqtt.username as string,
  }
}
