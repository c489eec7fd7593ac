import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Sqlite } from '../../config/sqlite.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeHash } from '../../contracts/code-hash.ts'
import type { Roster } from '../../contracts/roster.ts'
import { type Caller, passKey, type TestApi, startTestApi } from './support/api.ts'
import { type Box, problem, startBox } from './support/box.ts'

let box: Box
let test: TestApi
let admin: Caller
beforeAll(async () => {
  box = await startBox()
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
})
afterAll(async () => {
  await test.close()
  await box.close()
})

const roster = async () => (await test.box.get('/gateway/roster')).json<Roster>()
const elder = async (more = {}) =>
  (await admin.post('/residents', { name: '吴秀兰', honorific: '吴奶奶', ...more })).json()

/** The log as an auditor reads it: from the file. */
function logged(what: string): unknown[] {
  const db = new Sqlite(join(test.home, 'api.db'), { readonly: true })
  try {
    return db.prepare('select * from access_log where what = ? order by seq').all(what)
  } finally {
    db.close()
  }
}

describe('residents and homes', () => {
  it('reach the box, with the watch that was asked for', async () => {
    const home = (await admin.post('/households', { id: 'hh-1', place: { name: '3-201' } })).json()
    expect(home).toMatchObject({ id: 'hh-1', community: 'demo', inForce: true })
    const made = await elder({
      household: 'hh-1',
      phone: '13812342207',
      watch: { windowMs: 86_400_000 },
    })
    expect(made).toMatchObject({
      household: 'hh-1',
      honorific: '吴奶奶',
      phone: '138****2207',
      watch: { windowMs: 86_400_000, since: test.time.now },
      inForce: true,
    })
    const patched = (await admin.patch(`/residents/${made.id}`, { watch: null })).json()
    expect(patched.watch).toBeNull()
    expect((await roster()).residents.find(({ id }) => id === made.id)?.watch).toBeNull()
    expect((await admin.post('/households', { id: 'hh-1', place: { name: 'x' } })).statusCode).toBe(
      409,
    )
    expect((await admin.post('/residents', { name: 'x', household: 'none' })).statusCode).toBe(400)
    // What the box need not know does not go there.
    expect(JSON.stringify(await roster())).not.toContain('13812342207')
  })

  it('are masked for who only reads figures, and not shown to residents', async () => {
    const { id } = await elder()
    const named = async (caller: Caller) =>
      (await caller.get('/residents?limit=1000'))
        .json()
        .items.find((item: { id: string }) => item.id === id).name
    expect(await named(await test.person('grid'))).toBe('吴秀兰')
    expect(await named(await test.person('supervisor'))).toBe('吴**')
    const resident = await test.person('resident')
    expect((await resident.get('/residents')).statusCode).toBe(403)
    expect((await resident.get('/care')).statusCode).toBe(403)
  })
})

describe('cards', () => {
  it('are known to the box by the hash of their code, which is kept nowhere', async () => {
    const holder = { kind: 'resident', id: 'res-1', name: '吴秀兰' }
    const body = { code: 'A1B2-77-secret', holder, doors: ['door-1'] }
    const card = (await admin.post('/credentials', body)).json()
    expect(card).toMatchObject({ holder, doors: ['door-1'], inForce: true })
    expect(card).not.toHaveProperty('codeHashHex')
    const hash = codeHash(passKey, 'demo', 'A1B2-77-secret')
    expect((await roster()).cards).toMatchObject([{ id: card.id, codeHashHex: hash }])
    for (const file of ['api.db', 'api.db-wal']) {
      expect((await readFile(join(test.home, file))).includes('A1B2-77-secret')).toBe(false)
    }
    expect((await admin.post('/credentials', body)).statusCode).toBe(409)
    expect((await admin.get('/credentials')).json().items).toHaveLength(1)
    expect((await admin.delete(`/credentials/${card.id}`)).json()).toEqual({ inForce: true })
    expect((await roster()).cards).toEqual([])
    expect((await admin.delete(`/credentials/${card.id}`)).statusCode).toBe(404)
  })
})

describe('care', () => {
  it('shows what the box knows, masked by role, and no guess while it is away', async () => {
    const { id } = await elder({ watch: { windowMs: 86_400_000 } })
    const item = {
      resident: { id, name: '吴秀兰', honorific: '吴奶奶' },
      household: null,
      place: null,
      state: 'cannot-tell',
      windowMs: 86_400_000,
      lastEvidence: null,
      deadline: null,
      coveredHours: 9.5,
      coverage: [],
      evidenceAt: [],
      away: [],
      sources: [],
      reason: null,
    }
    box.answers.set('GET /care', () => ({ items: [item] }))
    const seen = (await admin.get('/care')).json()
    expect(seen.items).toEqual([{ ...item, community: 'demo' }])
    const supervisor = await test.person('supervisor')
    expect((await supervisor.get('/care')).json().items[0].resident.honorific).toBe('吴**')
    const stranger = await test.person('staff', ['home'])
    expect((await stranger.get('/care')).json().items).toEqual([])
    // What the page promises: who looked is on record, and nobody who was shown nothing.
    const looks = logged('care') as { role: string; community: string }[]
    expect(looks.map(({ role, community }) => [role, community])).toEqual([
      ['admin', 'demo'],
      ['supervisor', 'demo'],
    ])
    box.answers.set('GET /care', (_body, _url, response) => problem(response, 500, 'internal'))
    expect((await admin.get('/care')).json()).toMatchObject({
      status: 503,
      code: 'gateway.unreachable',
    })
  })

  it('is suspended while the person is away, until they are back', async () => {
    const { id } = await elder()
    const away = await admin.post(`/care/${id}/suspensions`, { reason: 'hospital', note: '复查' })
    expect(away.statusCode).toBe(201)
    expect(away.json()).toMatchObject({ reason: 'hospital', from: test.time.now, to: null })
    const inRoster = async () => (await roster()).residents.find((item) => item.id === id)?.away
    expect(await inRoster()).toHaveLength(1)
    test.time.now += 3_600_000
    const back = await admin.delete(`/care/${id}/suspensions/${away.json().id}`)
    expect(back.json()).toEqual({ inForce: true })
    expect(await inRoster()).toMatchObject([{ to: test.time.now }])
    const wrong = { reason: 'away', from: 10, to: 5 }
    expect((await admin.post(`/care/${id}/suspensions`, wrong)).statusCode).toBe(400)
    expect((await admin.delete(`/care/${id}/suspensions/none`)).statusCode).toBe(404)
  })

  it('takes a visit to the box as a sign of life; one put down meanwhile follows in order', async () => {
    const { id } = await elder()
    const worker = await test.person('grid')
    const arrived: unknown[] = []
    const visit = async (note: string) =>
      (await worker.post(`/care/${id}/visits`, { seen: true, note })).json()
    box.answers.set('POST /care/signs', (body) => {
      arrived.push(body)
      return {}
    })
    expect(await visit('一切都好')).toMatchObject({ seen: true, inForce: true })
    const by = (await worker.get('/auth/me')).json().name
    expect(arrived).toMatchObject([
      { community: 'demo', resident: id, kind: 'visit', at: test.time.now, seen: true, by },
    ])
    box.answers.set('POST /care/signs', (_body, _url, response) => {
      response.destroy()
    })
    test.time.now += 1
    expect((await visit('第二次')).inForce).toBe(false)
    box.answers.set('POST /care/signs', (body) => {
      arrived.push(body)
      return {}
    })
    test.time.now += 1
    expect((await visit('第三次')).inForce).toBe(true)
    expect(arrived.map((item) => (item as { at: number }).at - test.time.now)).toEqual([-2, -1, 0])
    const listed = (await worker.get(`/care/${id}/visits`)).json().items
    expect(listed.map(({ note }: { note: string }) => note)).toEqual([
      '第三次',
      '第二次',
      '一切都好',
    ])
    const future = { seen: true, at: test.time.now + 3_600_000 }
    expect((await worker.post(`/care/${id}/visits`, future)).statusCode).toBe(400)
  })
})

describe('cameras and doors', () => {
  it('show pictures from the box and log who looked; a command needs a reason', async () => {
    await admin.post('/devices', { id: 'cam-1', type: 'camera' })
    await admin.post('/devices', { id: 'door-1', type: 'door' })
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])
    box.answers.set('GET /cameras/cam-1/snapshot.jpg', (_body, url, response) => {
      expect(url.searchParams.get('boxes')).toBe('1')
      response.writeHead(200, { 'content-type': 'image/jpeg' })
      response.end(jpeg)
    })
    const picture = await admin.get('/cameras/cam-1/snapshot.jpg?boxes=1&reason=看看')
    expect(picture.headers['content-type']).toBe('image/jpeg')
    expect(picture.rawPayload.equals(jpeg)).toBe(true)
    // A page asks again and again: that is one look, and one entry.
    await admin.get('/cameras/cam-1/snapshot.jpg?boxes=1&reason=看看')
    test.time.now += 61_000
    await admin.get('/cameras/cam-1/snapshot.jpg?boxes=1&reason=看看')
    expect(logged('camera.snapshot')).toMatchObject([
      { target: 'cam-1', community: 'demo', role: 'admin', reason: '看看' },
      { target: 'cam-1' },
    ])
    expect((await admin.get('/cameras/door-1/snapshot.jpg')).statusCode).toBe(404)
    expect((await admin.get('/cameras')).json().items).toMatchObject([
      { id: 'cam-1', health: null },
    ])
    box.answers.set('POST /commands', (body) => {
      expect(body).toEqual({
        community: 'demo',
        device: 'door-1',
        name: 'door.unlock',
        args: {},
        ttlMs: 10_000,
      })
      return { id: 'c', outcome: 'done', error: null }
    })
    const unlock = (reason: string) =>
      admin.post('/commands/door-1', { name: 'door.unlock', reason })
    expect((await unlock('')).statusCode).toBe(400)
    expect((await unlock('老人忘带卡')).json().outcome).toBe('done')
    expect((await admin.post('/commands/door-1', { name: 'rm -rf', reason: 'x' })).statusCode).toBe(
      400,
    )
    expect(logged('command door.unlock')).toMatchObject([
      { target: 'door-1', reason: '老人忘带卡' },
    ])
    const worker = await test.person('grid')
    expect(
      (await worker.post('/commands/door-1', { name: 'door.unlock', reason: 'x' })).statusCode,
    ).toBe(403)
  })

  it('pass a live picture through and stop asking for it when nobody looks', async () => {
    await admin.post('/devices', { id: 'cam-2', type: 'camera' })
    const left = { gone: false }
    box.answers.set('GET /cameras/cam-2/stream', (_body, _url, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' })
      response.write('--b\r\n\r\npicture\r\n')
      response.on('close', () => (left.gone = true))
    })
    const address = await test.api.app.listen({ host: '127.0.0.1', port: 0 })
    const viewer = new AbortController()
    const answer = await fetch(`${address}/api/v1/cameras/cam-2/stream`, {
      signal: viewer.signal,
      headers: { authorization: `Bearer ${admin.token}` },
    })
    expect(answer.headers.get('content-type')).toContain('multipart/x-mixed-replace')
    const { value } = (await answer.body?.getReader().read()) ?? {}
    expect(Buffer.from(value ?? []).toString()).toContain('picture')
    viewer.abort()
    for (let i = 0; i < 100 && !left.gone; i += 1) await new Promise((r) => setTimeout(r, 20))
    expect(left.gone).toBe(true)
  })
})
