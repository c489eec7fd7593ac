import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { ageOn, needsGuardian } from '../../api/consents/age.ts'

let test: TestApi
let admin: Caller
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
})
afterAll(() => test.close())

const resident = async (more = {}) =>
  (await admin.post('/residents', { name: '吴秀兰', ...more })).json()

describe('ages', () => {
  it.each([
    ['2012-11-20', '2026-11-20', 14],
    ['2012-11-21', '2026-11-20', 13],
    ['2012-12-01', '2026-11-30', 13],
    ['1940-02-29', '2026-03-01', 86],
  ])('who was born on %s is on %s %i years old', (born, day, years) => {
    expect(ageOn(born, day)).toBe(years)
    expect(needsGuardian(born, day)).toBe(years < 14)
  })
  it('nobody is taken for a child of whom no birthday is known', () => {
    expect(needsGuardian(null, '2026-11-20')).toBe(false)
  })
})

describe('consents', () => {
  it('keep what was said, and what was not said as on paper', async () => {
    const { id } = await resident()
    const short = (await admin.post(`/residents/${id}/consents`, {})).json()
    expect(short).toMatchObject({
      resident: id,
      purpose: 'face-entry',
      givenAt: test.time.now,
      withdrawnAt: null,
      guardian: null,
    })
    const full = {
      purpose: 'face at the gate',
      method: 'app',
      textVersion: '2026-11',
      textSha256: 'a'.repeat(64),
      channel: 'mini-program',
      guardian: { name: '李雷', relation: '父亲' },
      expiresAt: test.time.now + 86_400_000,
      evidenceSha256: 'b'.repeat(64),
    }
    test.time.now += 1
    const answer = await admin.post(`/residents/${id}/consents`, { ...full, unknown: 'ignored' })
    expect([answer.statusCode, answer.json()]).toMatchObject([201, full])
    const { items } = (await admin.get(`/residents/${id}/consents`)).json()
    expect(items.map((item: { id: string }) => item.id)).toEqual([answer.json().id, short.id])
  })

  it('are refused where they end before they begin, and withdrawn with the same receipt twice', async () => {
    const { id } = await resident()
    const late = await admin.post(`/residents/${id}/consents`, { expiresAt: test.time.now })
    expect([late.statusCode, late.json().code]).toEqual([400, 'request.invalid'])
    const consent = (await admin.post(`/residents/${id}/consents`)).json()
    const receipt = await admin.post(`/residents/${id}/consents/${consent.id}/withdraw`)
    expect(receipt.json()).toMatchObject({ consent: consent.id, templates: 0, inForce: true })
    const again = await admin.delete(`/residents/${id}/consents/${consent.id}`)
    expect(again.json()).toEqual(receipt.json())
    expect((await admin.delete(`/residents/${id}/consents/none`)).statusCode).toBe(404)
  })

  it.each([
    ['face-entry', 400],
    ['Facial recognition at doors', 400],
    ['biometric', 400],
    ['刷脸门禁', 400],
    ['surface parking', 403],
    ['interface to the app', 403],
    ['parcels', 403],
  ])('for "%s" let a face be looked at: %i', async (purpose, status) => {
    const { id } = await resident()
    await admin.post(`/residents/${id}/consents`, { purpose })
    // Without a picture: whoever may enrol is asked for one.
    const answer = await admin.post(`/residents/${id}/faces`, {})
    expect(answer.statusCode).toBe(status)
    if (status === 403) expect(answer.json().detail).toContain('no purpose')
  })

  it('belong to the resident in whose name they are asked for', async () => {
    const [one, other] = [await resident(), await resident()]
    const consent = (await admin.post(`/residents/${one.id}/consents`)).json()
    const wrong = await admin.delete(`/residents/${other.id}/consents/${consent.id}`)
    expect(wrong.statusCode).toBe(404)
    const grid = await test.person('grid')
    expect((await grid.get(`/residents/${one.id}/consents`)).statusCode).toBe(403)
  })

  it('know a birthday, which neither the box nor who only reads figures is told', async () => {
    const { id, birthDate } = await resident({ birthDate: '1941-03-08' })
    expect(birthDate).toBe('1941-03-08')
    expect(
      (await admin.post('/residents', { name: 'x', birthDate: '2026-02-30' })).statusCode,
    ).toBe(400)
    expect(
      (await admin.post('/residents', { name: 'x', birthDate: '2026-11-21' })).statusCode,
    ).toBe(400)
    expect((await admin.get(`/residents/${id}`)).json()).toMatchObject({ id, birthDate })
    const supervisor = await test.person('supervisor')
    const seen = (await supervisor.get('/residents?limit=1000')).json().items
    expect(seen.find((item: { id: string }) => item.id === id).birthDate).toBe(null)
    expect((await test.box.get('/gateway/roster')).body).not.toContain('1941-03-08')
    const cleared = await admin.patch(`/residents/${id}`, { birthDate: null })
    expect(cleared.json().birthDate).toBe(null)
  })
})
