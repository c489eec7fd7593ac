import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seal, unseal } from '../../api/watchlist/sealed.ts'
import { loggedAccess } from './support/access-log.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'
import { type FaceBox, faceBox, jpeg } from './support/face-box.ts'

const day = 86_400_000
const access = {
  pictureLivenessAcceptedBy: null,
  relayAddresses: [],
  filingNumber: null,
  watchlistEnabled: true,
}

describe('control C9: the watch-list, on the side of who orders it', () => {
  let box: Box
  let faces: FaceBox
  let test: TestApi
  let admin: Caller
  let second: Caller
  beforeAll(async () => {
    box = await startBox()
    faces = faceBox(box)
    test = await startTestApi({ gatewayUrl: box.url, access })
    admin = await test.admin()
    second = await test.person('admin')
  })
  afterAll(async () => {
    await test.close()
    await box.close()
  })
  beforeEach(() => {
    faces.refuse = null
  })
  const picture = jpeg(4_000).toString('base64')
  const entry = (more = {}) => ({
    label: '走失老人',
    authority: '姑苏区公安分局',
    legalBasis: '人民警察法 第十二条',
    documentNumber: '苏公协查〔2026〕118 号',
    expiresAt: test.time.now + 7 * day,
    images: [picture],
    ...more,
  })
  const templateOf = (id: string) =>
    [...faces.templates.values()].find(({ subject }) => subject === id)
  const asked = async (more = {}) =>
    (await admin.post('/watchlist', entry(more))).json().id as string

  it('is off unless the configuration says otherwise, on every route', async () => {
    const off = await startTestApi()
    const there = await off.admin()
    for (const answer of [
      await there.get('/watchlist'),
      await there.post('/watchlist', entry()),
      await there.post('/watchlist/x/approve'),
      await there.delete('/watchlist/x'),
    ])
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'watchlist.off'])
    await off.close()
  })

  it.each(['authority', 'legalBasis', 'documentNumber', 'expiresAt', 'images', 'label'])(
    'takes no entry without %s',
    async (field) => {
      const answer = await admin.post('/watchlist', entry({ [field]: undefined }))
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'request.invalid'])
    },
  )

  it('lasts at most 30 days, and is for admins', async () => {
    const long = await admin.post('/watchlist', entry({ expiresAt: test.time.now + 30 * day + 1 }))
    expect(long.statusCode).toBe(400)
    const past = await admin.post('/watchlist', entry({ expiresAt: test.time.now }))
    expect(past.statusCode).toBe(400)
    const staff = await test.person('staff')
    expect((await staff.post('/watchlist', entry())).statusCode).toBe(403)
    expect((await staff.get('/watchlist')).statusCode).toBe(403)
  })

  it('compares nothing before another admin has approved it, and forgets all when withdrawn', async () => {
    const id = await asked()
    expect(templateOf(id)).toBe(undefined)
    expect((await test.box.get('/gateway/roster')).json().watchlist).toEqual([])
    const own = await admin.post(`/watchlist/${id}/approve`)
    expect([own.statusCode, own.json().code]).toEqual([403, 'watchlist.same-person'])
    const approved = await second.post(`/watchlist/${id}/approve`)
    expect([approved.statusCode, approved.json()]).toMatchObject([
      200,
      { state: 'approved', inForce: true },
    ])
    expect(templateOf(id)).toMatchObject({
      use: 'watchlist',
      subject: id,
      pictures: [picture],
    })
    expect(box.roster.watchlist).toMatchObject([
      { id, template: templateOf(id)?.template, documentNumber: entry().documentNumber },
    ])
    expect((await second.post(`/watchlist/${id}/approve`)).statusCode).toBe(409)
    const gone = await admin.delete(`/watchlist/${id}`)
    expect(gone.json()).toMatchObject({ state: 'withdrawn', inForce: true })
    expect(templateOf(id)).toBe(undefined)
    expect(box.roster.watchlist).toEqual([])
    for (const what of ['request', 'approve', 'withdraw'])
      expect(loggedAccess(test.home, `watchlist.${what}`), what).toContainEqual(
        expect.objectContaining({ target: id, reason: entry().documentNumber }),
      )
  })

  it('what the box cannot use stays a request', async () => {
    const id = await asked()
    faces.refuse = { status: 422, code: 'face.not-usable', more: { reasons: [['blurred']] } }
    const answer = await second.post(`/watchlist/${id}/approve`)
    expect([answer.statusCode, answer.json()]).toMatchObject([422, { reasons: [['blurred']] }])
    const { items } = (await admin.get('/watchlist')).json()
    expect(items.find((item: { id: string }) => item.id === id).state).toBe('requested')
    faces.refuse = null
    expect((await second.post(`/watchlist/${id}/approve`)).statusCode).toBe(200)
    await admin.delete(`/watchlist/${id}`)
  })

  it('two who approve at once make one template, and it stays', async () => {
    const id = await asked()
    const third = await test.person('admin')
    const answers = await Promise.all(
      [second, third].map((caller) => caller.post(`/watchlist/${id}/approve`)),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      200, 409,
    ])
    const made = [...faces.templates.values()].filter(({ subject }) => subject === id)
    const listed = box.roster.watchlist?.find((item) => item.id === id)
    expect(made.map(({ template }) => template)).toEqual([listed?.template])
    await admin.delete(`/watchlist/${id}`)
  })

  it('pictures that wait lie sealed in the store, and go with the approval', async () => {
    const id = await asked()
    const files = ['api.db', 'api.db-wal'].map((file) => readFileSync(join(test.home, file)))
    const stored = Buffer.concat(files)
    expect(stored.includes(picture.slice(0, 60))).toBe(false)
    expect(stored.includes(jpeg(4_000).subarray(0, 60))).toBe(false)
    expect(stored.includes(id)).toBe(true)
    const random = (bytes: number) => Buffer.alloc(bytes, 3)
    const sealed = seal('key', 'wat_1', ['a', 'b'], random)
    expect(unseal('key', 'wat_1', sealed)).toEqual(['a', 'b'])
    expect(() => unseal('key', 'wat_2', sealed)).toThrow()
    expect(() => unseal('other', 'wat_1', sealed)).toThrow()
  })

  it('ends by itself, and all of it ends where it is switched off', async () => {
    const short = await asked({ expiresAt: test.time.now + 1_000 })
    const long = await asked()
    for (const id of [short, long]) await second.post(`/watchlist/${id}/approve`)
    test.time.now += 1_000
    const { watchlist } = (await test.box.get('/gateway/roster')).json()
    expect(watchlist.map((item: { id: string }) => item.id)).toEqual([long])
    await test.restart()
    admin = await test.admin()
    await expect.poll(() => templateOf(short)).toBe(undefined)
    const { items } = (await admin.get('/watchlist')).json()
    expect(items.find((item: { id: string }) => item.id === short).state).toBe('expired')
    expect(templateOf(long)).toBeDefined()
    const off = await startTestApi({ gatewayUrl: box.url, home: test.home })
    await expect.poll(() => templateOf(long)).toBe(undefined)
    expect((await off.box.get('/gateway/roster')).json().watchlist).toEqual([])
    await off.api.close()
  })
})
