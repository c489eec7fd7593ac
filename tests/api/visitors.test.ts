import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readVisitorCode } from '../../contracts/visitor-code.ts'
import { codeHash } from '../../contracts/code-hash.ts'
import { type Caller, type TestApi, passKey, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

const day = 86_400_000
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

describe('visits', () => {
  it('get a PIN and a signed code, shown once; the box knows the PIN by its hash', async () => {
    const host = (await admin.post('/residents', { name: '吴秀兰' })).json().id
    const answer = await admin.post('/visitors', { name: '王芳', host, plate: '皖A·YL375' })
    expect(answer.statusCode).toBe(201)
    const { pin, qr, inForce, ...visit } = answer.json()
    expect(inForce).toBe(true)
    expect(visit).toMatchObject({
      name: '王芳',
      host,
      plate: '皖AYL375',
      doors: [],
      from: test.time.now,
      to: test.time.now + day,
      entriesMax: null,
    })
    expect(pin).toMatch(/^\d{6}$/)
    expect(readVisitorCode(passKey, 'demo', qr)).toEqual({ visitor: visit.id, genuine: true })
    const listed = box.roster.visitors?.find(({ id }) => id === visit.id)
    expect(listed).toEqual({ ...visit, pinHashHex: codeHash(passKey, 'demo', pin) })
    const later = (await admin.get('/visitors')).body
    expect(later).toContain(visit.id)
    expect(later).not.toContain(pin)
    const files = ['api.db', 'api.db-wal'].map((file) => readFileSync(join(test.home, file)))
    expect(Buffer.concat(files).includes(`"${pin}"`)).toBe(false)
  })

  it('show their code as a picture, as long as they hold', async () => {
    const { id } = (await admin.post('/visitors', { name: '王芳' })).json()
    const picture = await admin.get(`/visitors/${id}/qr.png`)
    expect(picture.headers['content-type']).toBe('image/png')
    expect(await sharp(picture.rawPayload).metadata()).toMatchObject({ format: 'png', width: 512 })
    expect((await admin.delete(`/visitors/${id}`)).json()).toEqual({ inForce: true })
    expect(box.roster.visitors?.map((visit) => visit.id)).not.toContain(id)
    const spent = await admin.get(`/visitors/${id}/qr.png`)
    expect([spent.statusCode, spent.json().code]).toEqual([409, 'visitor.code-spent'])
    expect((await admin.get('/visitors')).body).not.toContain(id)
    expect((await admin.get(`/visitors/${id}`)).json()).toMatchObject({ id, name: '王芳' })
    expect((await admin.get('/visitors/none/qr.png')).statusCode).toBe(404)
  })

  it('share a PIN with nobody, neither a visit nor a card', async () => {
    const drawn = [7, 7, 7, 9]
    const random = (bytes: number): Uint8Array => {
      if (bytes !== 4) return Buffer.alloc(bytes, (counter += 1))
      const out = Buffer.alloc(4)
      out.writeUInt32BE(drawn.shift() ?? 11)
      return out
    }
    let counter = 0
    const { createVisitor } = await import('../../api/passes/visitors.ts')
    const { openDatabase } = await import('../../api/db/open.ts')
    const db = await openDatabase(':memory:')
    const given = { community: 'demo', by: { kind: 'user', id: 'u', name: 'u' }, now: 1 }
    const invite = () =>
      db
        .transaction()
        .execute((trx) => createVisitor(trx, { random, passKey }, { name: 'x' }, given))
    expect((await invite()).pin).toBe('000007')
    expect((await invite()).pin).toBe('000009')
    const holder = { kind: 'staff' as const, id: 's', name: 's' }
    const { createCard } = await import('../../api/people/cards.ts')
    const body = { code: '000011', holder, kind: 'pin' as const }
    await db.transaction().execute((trx) => createCard(trx, { random, passKey }, body, 'demo', 1))
    drawn.push(11, 12)
    expect((await invite()).pin).toBe('000012')
    await db.destroy()
  })

  it.each([
    [{ to: 1 }, 'to'],
    [{ from: 9e15, to: 9e15 }, 'to'],
    [{ to: Date.UTC(2029, 0) }, '366'],
    [{ host: 'nobody' }, 'host'],
    [{ plate: 'XYZ123' }, 'plate'],
  ])('are refused with %j', async (more, word) => {
    const answer = await admin.post('/visitors', { name: '王芳', ...more })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request.invalid'])
    expect(answer.json().detail).toContain(word)
  })

  it('that are over leave the list at once, the box after a day', async () => {
    const to = test.time.now + 1_000
    const { id } = (await admin.post('/visitors', { name: '王芳', to })).json()
    test.time.now = to
    expect((await admin.get('/visitors')).body).not.toContain(id)
    await test.restart()
    admin = await test.admin()
    expect((await test.box.get('/gateway/roster')).body).toContain(id)
    test.time.now = to + day
    await test.restart()
    admin = await test.admin()
    expect((await test.box.get('/gateway/roster')).body).not.toContain(id)
  })

  it('need the key that both processes share', async () => {
    const bare = await startTestApi({ passKey: null })
    const answer = await (await bare.admin()).post('/visitors', { name: '王芳' })
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'visitor.no-pass-key'])
    await bare.close()
  })
})

describe('PINs of people who live there', () => {
  it('are told from cards', async () => {
    const holder = { kind: 'resident', id: 'res-1', name: '吴秀兰' }
    const pin = (await admin.post('/credentials', { code: '482915', kind: 'pin', holder })).json()
    const card = (await admin.post('/credentials', { code: '04A1B2C3', holder })).json()
    expect([pin.kind, card.kind]).toEqual(['pin', 'card'])
    expect(box.roster.cards.find(({ id }) => id === pin.id)).toMatchObject({ kind: 'pin' })
  })
})
