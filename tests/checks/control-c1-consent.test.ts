import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type TestApi, startTestApi } from '../api/support/api.ts'
import { type Box, startBox } from '../api/support/box.ts'
import { type FaceBox, faceBox, jpeg } from '../api/support/face-box.ts'

describe('control C1: no face without a consent on record', () => {
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
  const image = { image: jpeg().toString('base64') }
  const resident = async (more = {}) =>
    (await admin.post('/residents', { name: '吴秀兰', ...more })).json().id as string

  it('is refused with 403 and a hint, whatever the body, and the box is not asked', async () => {
    const id = await resident()
    for (const body of [image, {}, { images: ['x'] }]) {
      const answer = await admin.post(`/residents/${id}/faces`, body)
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'face.no-consent'])
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json().hint).toContain('consents')
    }
    expect(box.asked).not.toContain('POST /faces')
  })

  it('another purpose, a withdrawn and an expired consent are none', async () => {
    const id = await resident()
    await admin.post(`/residents/${id}/consents`, { purpose: 'telephone-tree' })
    expect((await admin.post(`/residents/${id}/faces`, image)).statusCode).toBe(403)
    await admin.post(`/residents/${id}/consents`, { expiresAt: test.time.now + 10 })
    test.time.now += 10
    expect((await admin.post(`/residents/${id}/faces`, image)).statusCode).toBe(403)
    const live = (await admin.post(`/residents/${id}/consents`)).json()
    expect((await admin.post(`/residents/${id}/faces`, image)).statusCode).toBe(201)
    await admin.delete(`/residents/${id}/consents/${live.id}`)
    expect((await admin.post(`/residents/${id}/faces`, image)).statusCode).toBe(403)
    expect([...faces.templates.values()].filter(({ subject }) => subject === id)).toEqual([])
  })

  it('below 14 a guardian consents, on the birthday itself no longer', async () => {
    const child = await resident({ birthDate: '2012-11-21' })
    const alone = await admin.post(`/residents/${child}/consents`)
    expect([alone.statusCode, alone.json().code]).toEqual([403, 'consent.guardian-required'])
    const guardian = { name: '李雷', relation: '父亲' }
    const guarded = await admin.post(`/residents/${child}/consents`, { guardian })
    expect([guarded.statusCode, guarded.json().guardian]).toEqual([201, guardian])
    expect((await admin.post(`/residents/${child}/faces`, image)).statusCode).toBe(201)
    const fourteen = await resident({ birthDate: '2012-11-20' })
    expect((await admin.post(`/residents/${fourteen}/consents`)).statusCode).toBe(201)
  })

  it('who turns out to be a child needs the guardian before the face', async () => {
    const id = await resident()
    await admin.post(`/residents/${id}/consents`)
    await admin.patch(`/residents/${id}`, { birthDate: '2015-01-01' })
    const answer = await admin.post(`/residents/${id}/faces`, image)
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'consent.guardian-required'])
  })

  it('withdrawing takes one call', async () => {
    const id = await resident()
    const { id: consent } = (await admin.post(`/residents/${id}/consents`)).json()
    await admin.post(`/residents/${id}/faces`, image)
    expect((await admin.delete(`/residents/${id}/consents/${consent}`)).statusCode).toBe(200)
    const [record] = (await admin.get(`/residents/${id}/consents`)).json().items
    expect(record).toMatchObject({ id: consent, withdrawnAt: test.time.now })
  })
})
