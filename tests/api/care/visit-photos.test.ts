import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../api/db/open.ts'
import { createPictureStore } from '../../../api/evidence/picture-store.ts'
import { sweepVisits } from '../../../api/people/visit-retention.ts'
import { dayMs } from '../../../contracts/clock.ts'
import type { VisitPhoto } from '../../../contracts/http/care.ts'
import { limits } from '../../../contracts/limits.ts'
import { type Caller, type TestApi, startTestApi } from '../support/api.ts'
import { type Box, problem, startBox } from '../support/box.ts'

let box: Box
let test: TestApi
let admin: Caller
let worker: Caller
/** Who only reads figures. */
let supervisor: Caller
let resident: string
beforeAll(async () => {
  box = await startBox()
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
  worker = await test.person('grid')
  supervisor = await test.person('supervisor')
  const home = await admin.post('/households', { place: { name: '3 号楼 602' } })
  const body = { name: '吴秀兰', honorific: '吴奶奶', household: home.json().id }
  resident = (await admin.post('/residents', body)).json().id
  cleans()
})
afterAll(async () => {
  await test.close()
  await box.close()
})

/** As the box does where there is nobody in the picture: decoded, written anew. */
function cleans(): void {
  box.answers.set('POST /redact', async (body) => {
    const { picture } = body as { picture: string }
    const { data, info } = await sharp(Buffer.from(picture, 'base64'))
      .jpeg({ quality: 85 })
      .toBuffer({ resolveWithObject: true })
    const size = { widthPx: info.width, heightPx: info.height }
    return { picture: data.toString('base64'), ...size, faces: 0, plates: 0 }
  })
}

/** A drawn room with what a telephone writes into its photos. */
const photoOf = (shade: number): Promise<Buffer> =>
  sharp({
    create: { width: 64, height: 48, channels: 3, background: { r: shade, g: 90, b: 60 } },
  })
    .withExif({ IFD0: { Artist: 'worker' }, IFD3: { GPSLatitudeRef: 'N' } })
    .jpeg()
    .toBuffer()

async function visit(by: Caller = worker): Promise<string> {
  // Each a second after the one before: the newest comes first.
  test.time.now += 1_000
  const made = await by.post(`/care/${resident}/visits`, { seen: true, note: '精神好' })
  expect(made.json().photos).toEqual([])
  return made.json().id
}
const send = (by: Caller, of: string, payload: Buffer, type = 'image/jpeg', who = resident) =>
  test.api.app.inject({
    method: 'POST',
    url: `/api/v1/care/${who}/visits/${of}/photos`,
    headers: { authorization: `Bearer ${by.token}`, 'content-type': type },
    payload,
  })
const show = (by: Caller, { sha256 }: VisitPhoto) => by.get(`/evidence/${sha256}.jpg`)
const files = async (): Promise<string[]> =>
  (await readdir(join(test.home, 'evidence-api'), { recursive: true })).filter((name) =>
    name.endsWith('.jpg'),
  )

describe('a photo of a visit', () => {
  it('is kept as the box gave it back, without position, once however often it is sent', async () => {
    const of = await visit()
    const upload = await photoOf(10)
    // What it is, its bytes say.
    const first = await send(worker, of, upload, 'application/octet-stream')
    expect(first.statusCode).toBe(201)
    const photo = first.json<VisitPhoto>()
    expect(photo).toMatchObject({ widthPx: 64, heightPx: 48, at: test.time.now })
    const asked = box.asked.filter((name) => name === 'POST /redact').length
    const again = await send(worker, of, upload)
    expect([again.statusCode, again.json()]).toEqual([200, photo])
    expect(box.asked.filter((name) => name === 'POST /redact').length).toBe(asked)
    const shown = await show(worker, photo)
    expect(shown.headers['content-type']).toBe('image/jpeg')
    expect((await sharp(shown.rawPayload).metadata()).exif).toBeUndefined()
    const [newest] = (await worker.get(`/care/${resident}/visits`)).json().items
    expect(newest).toMatchObject({ id: of, photos: [photo] })
    const log = (await admin.get('/access-log?limit=50')).json().items
    const whats = log.map(({ what }: { what: string }) => what)
    expect(whats).toEqual(expect.arrayContaining(['care.photo.add', 'care.photo']))
  })

  it('is seen by who looks after people in that community, and by nobody else', async () => {
    const photo = (await send(worker, await visit(), await photoOf(20))).json<VisitPhoto>()
    expect((await show(admin, photo)).statusCode).toBe(200)
    const page = (await worker.get(`/care/${resident}`)).json()
    expect(page.lastVisits[0].photos).toEqual([photo])
    for (const other of [supervisor, await test.person('staff', ['elsewhere'])])
      expect((await show(other, photo)).statusCode).toBe(404)
    const figures = (await supervisor.get(`/care/${resident}`)).json()
    expect(figures.lastVisits[0]).toMatchObject({ note: null, form: null, photos: [] })
  })

  it('is not kept while the box cannot vouch that faces and plates are gone', async () => {
    const of = await visit()
    const before = await files()
    box.answers.set('POST /redact', (_body, _url, response) =>
      problem(response, 503, 'photo.unmasked'),
    )
    const blind = await send(worker, of, await photoOf(30))
    expect([blind.statusCode, blind.json().code]).toEqual([503, 'photo.unmasked'])
    box.answers.set('POST /redact', (_body, _url, response) => void response.destroy())
    const away = await send(worker, of, await photoOf(30))
    expect([away.statusCode, away.json().code]).toEqual([503, 'gateway.unreachable'])
    expect(await files()).toEqual(before)
    cleans()
    // The same file is as welcome as before.
    expect((await send(worker, of, await photoOf(30))).statusCode).toBe(201)
  })

  it('is refused where it is no JPEG, too large, one too many, or of another visit', async () => {
    const of = await visit()
    const png = await sharp(await photoOf(1))
      .png()
      .toBuffer()
    expect((await send(worker, of, png)).json().code).toBe('request.unsupported-type')
    const large = Buffer.alloc(limits.frameBytesMax + 1)
    expect((await send(worker, of, large)).json().code).toBe('request.too-large')
    for (let i = 0; i < limits.photosPerVisitMax; i += 1)
      expect((await send(worker, of, await photoOf(40 + 20 * i))).statusCode).toBe(201)
    const more = await send(worker, of, await photoOf(220))
    expect([more.statusCode, more.json().code]).toEqual([409, 'photo.too-many'])
    const other = (await admin.post('/residents', { name: '陈伯', honorific: '陈伯' })).json().id
    const wrong = await send(worker, of, await photoOf(1), 'image/jpeg', other)
    expect(wrong.statusCode).toBe(404)
    expect((await send(supervisor, of, await photoOf(1))).statusCode).toBe(403)
  })

  it('is deleted at once by who took it and by staff, with its file; two visits share one file', async () => {
    const [one, two] = [await visit(), await visit()]
    const upload = await photoOf(99)
    const photo = (await send(worker, one, upload)).json<VisitPhoto>()
    expect((await send(worker, two, upload)).json()).toEqual(photo)
    const path = (of: string) => `/care/${resident}/visits/${of}/photos/${photo.sha256}`
    const other = await test.person('grid')
    expect((await other.delete(path(one))).statusCode).toBe(403)
    expect((await worker.delete(path(one))).statusCode).toBe(204)
    expect((await show(worker, photo)).statusCode).toBe(200)
    expect((await admin.delete(path(two))).statusCode).toBe(204)
    expect((await show(worker, photo)).statusCode).toBe(404)
    expect((await files()).join()).not.toContain(photo.sha256)
    expect((await worker.delete(path(two))).statusCode).toBe(404)
  })
})

describe('the time that visits are kept', () => {
  it('ends photos before visits, says how many went, and leaves what is younger', async () => {
    const of = await visit()
    const photo = (await send(worker, of, await photoOf(150))).json<VisitPhoto>()
    const db = await openDatabase(join(test.home, 'api.db'))
    try {
      const clock = { now: test.time.now }
      const dir = join(test.home, 'evidence-api')
      const pictures = createPictureStore(
        { db, clock: () => clock.now },
        { dir, quotaBytes: 1_000_000 },
      )
      const keep = { visitsMs: 300 * dayMs, photosMs: 90 * dayMs, photoBytesMax: 1_000_000 }
      const sweep = (days: number, more = {}) =>
        sweepVisits({ db, pictures }, { ...keep, ...more }, test.time.now + days * dayMs)
      const all = (await files()).length
      clock.now += 89 * dayMs
      // A visit names them: neither their age nor the closing of tickets is anything to the store.
      expect(await pictures.sweep()).toBe(0)
      expect(await sweep(89)).toEqual({ visits: 0, photos: 0, forRoom: 0 })
      const sizes = await db.selectFrom('pictures').select('bytes').execute()
      const bytes = sizes.reduce((sum, row) => sum + row.bytes, 0)
      expect(await sweep(89, { photoBytesMax: bytes - 1 })).toEqual({
        visits: 0,
        photos: 1,
        forRoom: 1,
      })
      expect((await show(worker, photo)).statusCode).toBe(200)
      expect((await sweep(91)).photos).toBe(all - 1)
      expect(await files()).toEqual([])
      expect((await show(worker, photo)).statusCode).toBe(404)
      const visits = (await worker.get(`/care/${resident}/visits`)).json().items.length
      expect(await sweep(299)).toEqual({ visits: 0, photos: 0, forRoom: 0 })
      expect(await sweep(301)).toEqual({ visits, photos: 0, forRoom: 0 })
      expect((await worker.get(`/care/${resident}/visits`)).json().items).toEqual([])
    } finally {
      await db.destroy()
    }
  })
})
