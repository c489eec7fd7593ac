import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqlite } from '../../config/sqlite.ts'
import { type Caller, type TestApi, startTestApi } from '../api/support/api.ts'
import { type Box, startBox } from '../api/support/box.ts'
import { faceBox, jpeg } from '../api/support/face-box.ts'

const access = {
  pictureLivenessAcceptedBy: null,
  relayAddresses: [],
  filingNumber: '苏网信备 2026-118',
  watchlistEnabled: false,
}

describe('control C10: the filing at 100,000 faces', () => {
  let box: Box
  let test: TestApi
  let admin: Caller
  beforeAll(async () => {
    box = await startBox()
    faceBox(box)
    test = await startTestApi({ gatewayUrl: box.url })
    admin = await test.admin()
  })
  afterAll(async () => {
    await test.close()
    await box.close()
  })
  const image = { image: jpeg().toString('base64') }
  const filing = async () => (await admin.get('/faces/filing')).json()
  const codes = async (caller: Caller) =>
    (await caller.get('/health')).json().problems.map((problem: { code: string }) => problem.code)
  const consenting = async () => {
    const { id } = (await admin.post('/residents', { name: '吴秀兰' })).json()
    await admin.post(`/residents/${id}/consents`)
    return id as string
  }

  /** Persons with two faces each, in two communities. They have no consent, so none reaches the box. */
  function store(from: number, to: number): void {
    const db = new Sqlite(join(test.home, 'api.db'))
    const insert = db.prepare('insert into faces values (?, ?, ?, ?, 1, 0)')
    db.transaction(() => {
      for (let i = from; i < to; i += 1) {
        const community = i % 2 === 0 ? 'demo' : 'other'
        insert.run(`fac-${i}-a`, community, `person-${i}`, 'none')
        if (i % 100 === 0) insert.run(`fac-${i}-b`, community, `person-${i}`, 'none')
      }
    })()
    db.close()
    test.time.now += 60_000
  }

  it('counts persons and not faces, over all communities; warns at 80,000; stops at 100,000', async () => {
    const known = await consenting()
    expect((await admin.post(`/residents/${known}/faces`, image)).statusCode).toBe(201)
    expect(await filing()).toEqual({ persons: 1, warnAt: 80_000, limit: 100_000, state: 'ok' })
    store(0, 79_998)
    expect(await filing()).toMatchObject({ persons: 79_999, state: 'ok' })
    expect(await codes(admin)).not.toContain('face.filing-near')
    store(79_998, 79_999)
    expect(await filing()).toMatchObject({ persons: 80_000, state: 'warn' })
    expect(await codes(admin)).toContain('face.filing-near')
    store(79_999, 99_998)
    const last = await consenting()
    expect((await admin.post(`/residents/${last}/faces`, image)).statusCode).toBe(201)
    test.time.now += 60_000
    expect(await filing()).toMatchObject({ persons: 100_000, state: 'limit' })
    expect(await codes(admin)).toContain('face.filing-limit')
    const next = await consenting()
    const refused = await admin.post(`/residents/${next}/faces`, image)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'face.filing-limit'])
    expect((await admin.post(`/residents/${known}/faces`, image)).statusCode).toBe(201)
    expect((await filing()).persons).toBe(100_000)
  })

  it('goes on once the number of the filing stands in the configuration', async () => {
    const filed = await startTestApi({ gatewayUrl: box.url, home: test.home, access })
    const there = await filed.admin()
    expect((await there.get('/faces/filing')).json().state).toBe('filed')
    expect(await codes(there)).not.toContain('face.filing-limit')
    const next = await consenting()
    expect((await there.post(`/residents/${next}/faces`, image)).statusCode).toBe(201)
    await filed.api.close()
  })
})
