import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../api/db/open.ts'
import { createPictureStore } from '../../api/evidence/picture-store.ts'
import { dayMs } from '../../contracts/clock.ts'
import { limits } from '../../contracts/limits.ts'
import { type Caller, type TestApi, smoke, startTestApi } from './support/api.ts'

/** SOI, a comment with noise, EOI: enough of a JPEG for a store that decodes nothing. */
const jpeg = (bytes = 400): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xfe]),
    randomBytes(bytes),
    Buffer.from([0xff, 0xd9]),
  ])
const box = (name: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, body])
}
/** The boxes of an MP4 with noise in them. */
const mp4 = (bytes = 400): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('isom')),
    box('moov', randomBytes(20)),
    box('mdat', randomBytes(bytes)),
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

describe('evidence clips', () => {
  let test: TestApi
  let admin: Caller
  beforeAll(async () => {
    test = await startTestApi()
    admin = await test.admin()
  })
  afterAll(() => test.close())
  const clip = (sha256: string) => ({
    kind: 'clip',
    device: 'cam-1',
    from: 1,
    to: 2,
    sha256,
    widthPx: 10,
    heightPx: 10,
    frames: 2,
    models: [],
  })

  it('are taken up to their own limit, by their content, and shown whole or in part through the ticket', async () => {
    const video = mp4(limits.frameBytesMax + 1)
    const hash = sha(video)
    expect((await put(test, hash, video, 'video/mp4')).statusCode).toBe(201)
    await test.box.post('/anomalies', smoke('c-1', { key: 'c1', evidence: [clip(hash)] }))
    const whole = await admin.get(`/evidence/${hash}`)
    expect(whole.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' })
    expect(whole.rawPayload.equals(video)).toBe(true)
    const part = await admin.get(`/evidence/${hash}`, { range: 'bytes=100-199' })
    expect([part.statusCode, part.headers['content-range']]).toEqual([
      206,
      `bytes 100-199/${video.length}`,
    ])
    expect(part.rawPayload.equals(video.subarray(100, 200))).toBe(true)
    const tail = await admin.get(`/evidence/${hash}`, { range: 'bytes=-5' })
    expect(tail.rawPayload.equals(video.subarray(-5))).toBe(true)
    const beyond = await admin.get(`/evidence/${hash}`, { range: `bytes=${video.length}-` })
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([
      416,
      `bytes */${video.length}`,
    ])
    for (const range of ['bytes=5-1', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-'])
      expect((await admin.get(`/evidence/${hash}`, { range })).statusCode).toBe(200)
    const stranger = await test.person('staff', ['home'])
    expect((await stranger.get(`/evidence/${hash}`)).statusCode).toBe(404)
  })

  it('check 10 and 11: what says one thing and is another is 415, too large is 413', async () => {
    const video = mp4()
    const picture = jpeg()
    expect((await put(test, sha(video), video, 'image/jpeg')).statusCode).toBe(415)
    expect((await put(test, sha(picture), picture, 'video/mp4')).statusCode).toBe(415)
    const cut = video.subarray(0, -1)
    expect((await put(test, sha(cut), cut, 'video/mp4')).statusCode).toBe(415)
    const large = mp4(limits.clipBytesMax)
    expect((await put(test, sha(large), large, 'video/mp4')).json().code).toBe('request.too-large')
    const tooLargePicture = jpeg(limits.frameBytesMax)
    expect((await put(test, sha(tooLargePicture), tooLargePicture)).statusCode).toBe(413)
  })
})

describe('control C5: how long evidence is kept', () => {
  it('as long as its ticket is open, then for its days; what no ticket names for one', async () => {
    const test = await startTestApi()
    const admin = await test.admin()
    const db = await openDatabase(join(test.home, 'api.db'))
    const store = createPictureStore(
      { db, clock: () => test.time.now },
      { dir: join(test.home, 'evidence-api'), quotaBytes: 1_000_000, closedMs: 30 * dayMs },
    )
    const [open, drawn, closed, again, orphan] = [jpeg(), jpeg(), jpeg(), jpeg(), jpeg()]
    for (const picture of [open, drawn, closed, again, orphan])
      await put(test, sha(picture), picture)
    const withBoxes = { ...frame(sha(open)), boxesSha256: sha(drawn) }
    const raised = async (key: string, evidence: object) =>
      (await test.box.post('/anomalies', smoke(key, { key, evidence: [evidence] }))).json().ticket
    const first = await raised('r1', withBoxes)
    // The picture with boxes is locked with the plain one, and is no second piece of evidence.
    expect((await admin.get(`/tickets/${first.id}`)).json().evidence).toEqual([withBoxes])
    expect((await admin.get(`/evidence/${sha(drawn)}`)).statusCode).toBe(200)
    const second = await raised('r2', frame(sha(closed)))
    const third = await raised('r3', frame(sha(again)))
    for (const { id } of [second, third])
      expect((await admin.post(`/tickets/${id}/actions/reject`, { note: 'x' })).statusCode).toBe(
        200,
      )
    test.time.now += dayMs + 1
    expect(await store.sweep()).toBe(1)
    const kept = async () =>
      (await readdir(join(test.home, 'evidence-api'), { recursive: true })).filter((name) =>
        name.endsWith('.jpg'),
      ).length
    expect(await kept()).toBe(4)
    test.time.now += 28 * dayMs
    expect(await store.sweep()).toBe(0)
    // Another anomaly names it: it is under an open ticket again.
    await raised('r4', frame(sha(again)))
    test.time.now += 400 * dayMs
    expect(await store.sweep()).toBe(1)
    const left = [open, drawn, closed, again, orphan].map((picture) => sha(picture))
    const fresh = await test.admin()
    const seen = await Promise.all(
      left.map(async (hash) => (await fresh.get(`/evidence/${hash}`)).statusCode),
    )
    expect(seen).toEqual([200, 200, 404, 200, 404])
    await db.destroy()
    await test.close()
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
