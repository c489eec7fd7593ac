import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Roster } from '../../contracts/roster.ts'
import { loggedAccess } from './support/access-log.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'
import { type FaceBox, faceBox, jpeg } from './support/face-box.ts'

let box: Box
let faces: FaceBox
let test: TestApi
let admin: Caller
beforeAll(async () => {
  box = await startBox()
  faces = faceBox(box)
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
})
afterAll(async () => {
  await test.close()
  await box.close()
})
beforeEach(() => {
  faces.refuse = null
  faces.between = null
})

const consenting = async (consent = {}) => {
  const { id } = (await admin.post('/residents', { name: '吴秀兰' })).json()
  const given = (await admin.post(`/residents/${id}/consents`, consent)).json()
  return { id: id as string, consent: given.id as string }
}
const enrol = (id: string, payload: Buffer | string, type: string | null) =>
  test.api.app.inject({
    method: 'POST',
    url: `/api/v1/residents/${id}/faces`,
    payload,
    headers: {
      authorization: `Bearer ${admin.token}`,
      ...(type === null ? {} : { 'content-type': type }),
    },
  })
const roster = async () => (await test.box.get('/gateway/roster')).json<Roster>()
const base64 = jpeg().toString('base64')

async function multipart(count: number) {
  const form = new FormData()
  for (let i = 0; i < count; i += 1)
    form.append(`shot-${i}`, new Blob([new Uint8Array(jpeg())], { type: 'image/jpeg' }), 'a.jpg')
  form.append('note', 'a short text is no picture')
  const response = new Response(form)
  const type = response.headers.get('content-type') ?? ''
  return { body: Buffer.from(await response.arrayBuffer()), type }
}

const form = (parts: number): string =>
  `${'--y\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(parts)}--y--\r\n`

describe('enrolling', () => {
  it.each([
    ['a JPEG', async () => [jpeg(), 'image/jpeg', 1] as const],
    ['a JPEG without a type', async () => [jpeg(), null, 1] as const],
    ['a JPEG as bytes', async () => [jpeg(), 'application/octet-stream', 1] as const],
    [
      'JSON',
      async () => [JSON.stringify({ images: [base64, base64] }), 'application/json', 2] as const,
    ],
    [
      'JSON with one',
      async () => [JSON.stringify({ image: base64 }), 'application/json', 1] as const,
    ],
    [
      'a data URL',
      async () =>
        [
          JSON.stringify({ photo: `data:image/jpeg;base64,${base64}` }),
          'application/json',
          1,
        ] as const,
    ],
    [
      'multipart',
      async () => {
        const { body, type } = await multipart(3)
        return [body, type, 3] as const
      },
    ],
  ])('takes %s', async (_name, make) => {
    const { id, consent } = await consenting()
    const [payload, type, pictures] = await make()
    const answer = await enrol(id, payload, type)
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      { resident: id, consent, pictures, inForce: true, lookAlikes: [{ resident: 'res-twin' }] },
    ])
    const face = answer.json().id as string
    expect(faces.templates.get(face)).toMatchObject({
      subject: id,
      community: 'demo',
      use: 'entry',
    })
    expect(faces.templates.get(face)?.pictures).toHaveLength(pictures)
    expect((await roster()).faces).toContainEqual({
      id: face,
      community: 'demo',
      resident: id,
      consent,
    })
    const { items } = (await admin.get(`/residents/${id}/faces`)).json()
    expect(items).toEqual([{ id: face, resident: id, consent, createdAt: test.time.now, pictures }])
    expect(loggedAccess(test.home, 'face.enrol')).toContainEqual(
      expect.objectContaining({ target: id }),
    )
    expect(loggedAccess(test.home, 'face.list')).toContainEqual(
      expect.objectContaining({ target: id }),
    )
  })

  it('takes a picture under a name that nobody foresaw', async () => {
    const { id } = await consenting()
    const answer = await enrol(
      id,
      JSON.stringify({ selfie: base64, note: 'x' }),
      'application/json',
    )
    expect([answer.statusCode, answer.json().pictures]).toEqual([201, 1])
  })

  it.each([
    ['PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'image/jpeg', 415],
    ['PNG in JSON', JSON.stringify({ image: 'iVBORw0KGgo=' }), 'application/json', 415],
    ['a form without a picture', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['nothing', '', 'image/jpeg', 400],
    ['no picture', '{}', 'application/json', 400],
    ['four', JSON.stringify({ images: [base64, base64, base64, base64] }), 'application/json', 400],
    ['what is no text', JSON.stringify({ images: [1] }), 'application/json', 400],
    ['what is no JSON', '{"images":', 'application/json', 400],
    ['what is no multipart', 'xx', 'multipart/form-data; boundary=y', 400],
    [
      'brackets without end',
      `{"images":${'['.repeat(4e6)}${']'.repeat(4e6)}}`,
      'application/json',
      400,
    ],
    [
      'a million texts',
      JSON.stringify({ images: Array(1e6).fill('QUJD') }),
      'application/json',
      400,
    ],
    ['a form of 50,000 parts', form(50_000), 'multipart/form-data; boundary=y', 400],
    ['a picture of 6.1 MB', jpeg(6_100_000), 'image/jpeg', 413],
    ['13 MB', jpeg(13_000_000), 'image/jpeg', 413],
  ])('refuses %s', async (_name, payload, type, status) => {
    const { id } = await consenting()
    const before = faces.templates.size
    const answer = await enrol(id, payload, type)
    expect(answer.statusCode, answer.body).toBe(status)
    expect(answer.json().hint.length).toBeGreaterThan(0)
    expect(faces.templates.size).toBe(before)
  })

  it('says of a crowd of parts that it is one, before they are taken apart', async () => {
    const { id } = await consenting()
    const answer = await enrol(id, form(50_000), 'multipart/form-data; boundary=y')
    expect(answer.json().detail).toBe('body: too many parts')
    const nested = await enrol(id, `[${'['.repeat(1e6)}`, 'application/json')
    expect(nested.json().detail).toBe('body: too many parts')
  })

  it.each([
    [422, 'face.not-usable', { reasons: [['too-small'], []] }],
    [422, 'face.mismatch', {}],
    [409, 'face.duplicate', { resident: 'res-2', similarity: 0.8 }],
  ])('passes on what the box finds wrong: %i %s', async (status, code, more) => {
    const { id } = await consenting()
    faces.refuse = { status, code, more }
    const answer = await enrol(id, jpeg(), 'image/jpeg')
    expect([answer.statusCode, answer.json()]).toMatchObject([status, { code, ...more }])
    expect((await admin.get(`/residents/${id}/faces`)).json().items).toEqual([])
  })

  it('keeps a bound on the faces of one person', async () => {
    const { id } = await consenting()
    for (let i = 0; i < 10; i += 1)
      expect((await enrol(id, jpeg(), 'image/jpeg')).statusCode).toBe(201)
    expect((await enrol(id, jpeg(), 'image/jpeg')).json().code).toBe('conflict.exists')
  })
})

describe('control C1: a child', () => {
  it('whose age comes out later loses the faces that no guardian agreed to, and no others', async () => {
    const { id } = await consenting()
    await enrol(id, jpeg(), 'image/jpeg')
    await admin.post(`/residents/${id}/consents`, { guardian: { name: '李雷' } })
    const kept = (await enrol(id, jpeg(), 'image/jpeg')).json().id
    await admin.patch(`/residents/${id}`, { birthDate: '1990-01-01' })
    expect((await admin.get(`/residents/${id}/faces`)).json().items).toHaveLength(2)
    const answer = await admin.patch(`/residents/${id}`, { birthDate: '2016-01-01' })
    expect(answer.json()).toMatchObject({ birthDate: '2016-01-01', inForce: true })
    const { items } = (await admin.get(`/residents/${id}/faces`)).json()
    expect(items.map((item: { id: string }) => item.id)).toEqual([kept])
    const stored = [...faces.templates.values()].filter(({ subject }) => subject === id)
    expect(stored).toHaveLength(1)
    const receipts = (await admin.get('/deletion-receipts?limit=1000')).json().items
    expect(receipts.at(-1)).toMatchObject({ templates: 1, inForce: true })
  })
})

describe('whatever fails in between, template and row come and go together', () => {
  const rows = async (id: string) => (await admin.get(`/residents/${id}/faces`)).json().items

  it('the box stores it and breaks off: the template goes', async () => {
    const { id } = await consenting()
    faces.between = () => Promise.reject(new Error('cut'))
    const answer = await enrol(id, jpeg(), 'image/jpeg')
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'gateway.unreachable'])
    expect([...faces.templates.values()].filter(({ subject }) => subject === id)).toEqual([])
    expect(await rows(id)).toEqual([])
  })

  it('an answer that was given up on arrives late: the list deletes the template again', async () => {
    const { id } = await consenting()
    faces.between = () => Promise.reject(new Error('cut'))
    await enrol(id, jpeg(), 'image/jpeg')
    const late = box.bodies.findLast(
      (body) => (body as { subject?: string } | null)?.subject === id,
    )
    const request = late as Parameters<typeof faces.templates.set>[1]
    faces.templates.set(request.template, request)
    test.time.now += 60_000
    await test.restart()
    admin = await test.admin()
    await expect.poll(() => faces.templates.has(request.template)).toBe(false)
  })

  it('the consent is withdrawn while the box works: nothing stays', async () => {
    const { id, consent } = await consenting()
    faces.between = async () => {
      await admin.delete(`/residents/${id}/consents/${consent}`)
    }
    const answer = await enrol(id, jpeg(), 'image/jpeg')
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'face.no-consent'])
    expect([...faces.templates.values()].filter(({ subject }) => subject === id)).toEqual([])
    expect(await rows(id)).toEqual([])
  })

  it('one face is deleted, the consent and the other face stay', async () => {
    const { id, consent } = await consenting()
    const first = (await enrol(id, jpeg(), 'image/jpeg')).json()
    const second = (await enrol(id, jpeg(), 'image/jpeg')).json()
    const receipt = await admin.delete(`/residents/${id}/faces/${first.id}`)
    expect(receipt.json()).toMatchObject({ consent, templates: 1, pictures: 1, inForce: true })
    expect((await rows(id)).map((row: { id: string }) => row.id)).toEqual([second.id])
    expect((await admin.delete(`/residents/${id}/faces/${first.id}`)).statusCode).toBe(404)
    expect(faces.templates.has(second.id)).toBe(true)
    expect(box.roster.faces?.map((face) => face.id)).not.toContain(first.id)
  })

  it('a consent runs out: its face leaves the roster by the clock, and the box soon after', async () => {
    const { id } = await consenting({ expiresAt: test.time.now + 1_000 })
    const face = (await enrol(id, jpeg(), 'image/jpeg')).json().id as string
    test.time.now += 1_000
    expect((await roster()).faces?.map((item) => item.id)).not.toContain(face)
    await test.restart()
    admin = await test.admin()
    await expect.poll(() => faces.templates.has(face)).toBe(false)
    expect(await rows(id)).toEqual([])
    expect((await enrol(id, jpeg(), 'image/jpeg')).json().code).toBe('face.no-consent')
  })
})
