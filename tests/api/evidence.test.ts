import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { type Caller, type TestApi, smoke, startTestApi } from './support/api.ts'

/** SOI, a comment with noise, EOI: enough of a JPEG for a store that decodes nothing. */
const jpeg = (bytes = 400): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xfe]),
    randomBytes(bytes),
    Buffer.from([0xff, 0xd9]),
  ])
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const put = (test: TestApi, sha256: string, payload: Buffer, type = 'image/jpeg') =>
  test.api.app.inject({
    method: 'PUT',
    url: `/api/v1/evidence/${sha256}`,
    headers: { authorization: `Bearer ${test.box.token}`, 'content-type': type },
    payload,
  })
const frame = (sha256: string) => ({
  kind: 'frame',
  device: 'cam-1',
  ts: 1,
  sha256,
  widthPx: 10,
  heightPx: 10,
  detections: [],
  models: [],
})

describe('evidence pictures', () => {
  let test: TestApi
  let admin: Caller
  beforeAll(async () => {
    test = await startTestApi()
    admin = await test.admin()
  })
  afterAll(() => test.close())

  it('are stored under their hash once, and seen through the ticket that names them', async () => {
    const picture = jpeg()
    const hash = sha(picture)
    expect((await put(test, hash, picture)).statusCode).toBe(201)
    expect((await put(test, hash, picture)).statusCode).toBe(200)
    // Named by no ticket yet: nobody has a reason to see it.
    expect((await admin.get(`/evidence/${hash}.jpg`)).statusCode).toBe(404)
    const report = smoke('p-1', { evidence: [frame(hash)] })
    const { ticket } = (await test.box.post('/anomalies', report)).json()
    expect((await admin.get(`/tickets/${ticket.id}`)).json().picture).toBe(hash)
    const seen = await admin.get(`/evidence/${hash}.jpg`)
    expect(seen.headers['content-type']).toBe('image/jpeg')
    expect(seen.rawPayload.equals(picture)).toBe(true)
    const stranger = await test.person('staff', ['home'])
    expect((await stranger.get(`/evidence/${hash}.jpg`)).statusCode).toBe(404)
    expect((await test.api.app.inject(`/api/v1/evidence/${hash}.jpg`)).statusCode).toBe(401)
  })

  it('check 10 and 11: too large is 413, what is no JPEG is 415, a wrong hash is 400', async () => {
    const large = jpeg(limits.frameBytesMax)
    expect((await put(test, sha(large), large)).json().code).toBe('request.too-large')
    const png = Buffer.from('89504e470d0a1a0a', 'hex')
    expect((await put(test, sha(png), png)).json()).toMatchObject({
      status: 415,
      code: 'request.unsupported-type',
    })
    expect((await put(test, sha(png), png, 'image/png')).statusCode).toBe(415)
    expect((await put(test, sha(png), Buffer.from('{}'), 'application/json')).statusCode).toBe(415)
    const picture = jpeg()
    expect((await put(test, sha(jpeg()), picture)).json().code).toBe('request.invalid')
    const cut = jpeg().subarray(0, -2)
    expect((await put(test, sha(cut), cut)).statusCode).toBe(415)
    expect((await put(test, '../../etc/passwd', picture)).statusCode).toBeGreaterThanOrEqual(400)
    expect((await put(test, 'A'.repeat(64), picture)).statusCode).toBe(400)
  })

  it('JSON that is too large, or of another type, is refused as well', async () => {
    const title = 'x'.repeat(2 * 1024 * 1024)
    const large = await admin.post('/tickets', { title })
    expect([large.statusCode, large.json().code]).toEqual([413, 'request.too-large'])
    const xml = await test.api.app.inject({
      method: 'POST',
      url: '/api/v1/tickets',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'text/xml' },
      payload: '<x/>',
    })
    expect([xml.statusCode, xml.json().code]).toEqual([415, 'request.unsupported-type'])
  })
})

describe('the quota of pictures', () => {
  it('drops the oldest that no open ticket needs, keeps those of open tickets, leaves no litter', async () => {
    const home = await mkdtemp(join(tmpdir(), 'linli-quota-'))
    const test = await startTestApi({ home, pictureQuotaBytes: 3_000 })
    const admin = await test.admin()
    const pictures = Array.from({ length: 3 }, () => jpeg(900))
    const [locked = '', closed = '', orphan = ''] = pictures.map(sha)
    for (const picture of pictures) {
      test.time.now += 1
      await put(test, sha(picture), picture)
    }
    await test.box.post('/anomalies', smoke('q-1', { key: 'q1', evidence: [frame(locked)] }))
    const done = await test.box.post('/anomalies', {
      ...smoke('q-2', { key: 'q2', evidence: [frame(closed)] }),
    })
    await admin.post(`/tickets/${done.json().ticket.id}/actions/reject`, { note: 'x' })
    test.time.now += 3_600_000
    const add = async () => {
      const picture = jpeg(900)
      return (await put(test, sha(picture), picture)).statusCode
    }
    const kept = async () =>
      (await readdir(join(home, 'evidence-api'), { recursive: true })).filter((f) =>
        f.includes('.'),
      )
    expect(await add()).toBe(201)
    expect((await kept()).some((file) => file.includes(orphan))).toBe(false)
    expect((await kept()).some((file) => file.includes(closed))).toBe(true)
    // The one just added may belong to an anomaly that is on its way: the closed ticket's goes first.
    expect(await add()).toBe(201)
    expect((await kept()).some((file) => file.includes(closed))).toBe(false)
    expect((await admin.get(`/evidence/${locked}.jpg`)).statusCode).toBe(200)
    const refused = await put(test, sha(pictures[1] ?? jpeg()), pictures[1] ?? jpeg())
    expect([refused.statusCode, refused.json().code]).toEqual([413, 'evidence.full'])
    expect(await kept()).toHaveLength(3)
    await test.close()
    await rm(home, { recursive: true, force: true })
  })
})
