import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type TestApi, startTestApi } from '../api/support/api.ts'
import { type Box, startBox } from '../api/support/box.ts'
import { faceBox, jpeg } from '../api/support/face-box.ts'

const access = {
  pictureLivenessAcceptedBy: '王芳, 2026-11-20',
  relayAddresses: [],
  filingNumber: null,
  watchlistEnabled: false,
}
const other = ['card', 'pin', 'qr'] as const

describe('control C2: every door has a way that is no face', () => {
  let box: Box
  let test: TestApi
  let admin: Caller
  beforeAll(async () => {
    box = await startBox()
    faceBox(box)
    test = await startTestApi({ gatewayUrl: box.url, access })
    admin = await test.admin()
  })
  afterAll(async () => {
    await test.close()
    await box.close()
  })

  it.each([[['face']], [['face+pin']], [['face', 'face+pin']]])(
    'a door that takes only %j is refused, new or changed',
    async (methods) => {
      for (const liveness of ['terminal', 'supervised', 'picture']) {
        const body = { id: 'refused', type: 'door', door: { methods, liveness } }
        const answer = await admin.post('/devices', body)
        expect([answer.statusCode, answer.json().code]).toEqual([422, 'door.face-only'])
        expect(answer.json().hint.length).toBeGreaterThan(0)
      }
      expect((await admin.get('/devices/refused')).statusCode).toBe(404)
      const id = `changed-${methods.length}-${methods[0]?.length}`
      await admin.post('/devices', { id, type: 'face-terminal' })
      const changed = await admin.patch(`/devices/${id}`, { door: { methods } })
      expect([changed.statusCode, changed.json().code]).toEqual([422, 'door.face-only'])
      expect((await admin.get(`/devices/${id}`)).json().door.methods).toContain('card')
    },
  )

  it.each(other)('with %s beside it, it is taken', async (method) => {
    const door = { methods: ['face', method] }
    const answer = await admin.post('/devices', { id: `with-${method}`, type: 'door', door })
    expect([answer.statusCode, answer.json().device.door.methods]).toEqual([201, door.methods])
  })

  it('an empty list of ways is none', async () => {
    const door = { methods: [] }
    expect((await admin.post('/devices', { id: 'none', type: 'door', door })).statusCode).toBe(400)
  })

  it('who accepts that pictures alone tell life stands in the configuration, or face needs a PIN', async () => {
    const accepted = (await admin.post('/devices', { id: 'ft', type: 'face-terminal' })).json()
    expect(accepted.device.door.methods).toEqual(['face', ...other])
    const strict = await startTestApi()
    const there = await strict.admin()
    const bare = (await there.post('/devices', { id: 'ft', type: 'face-terminal' })).json()
    expect(bare.device.door.methods).toEqual(['face+pin', ...other])
    const door = { methods: ['face', 'card'] }
    const refused = await there.patch('/devices/ft', { door })
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'door.liveness-unaccepted'])
    for (const liveness of ['terminal', 'supervised']) {
      const vouched = await there.patch('/devices/ft', { door: { ...door, liveness } })
      expect(vouched.statusCode).toBe(200)
    }
    await strict.close()
  })

  it('refusing the face changes no card and no PIN', async () => {
    const { id } = (await admin.post('/residents', { name: '吴秀兰' })).json()
    const holder = { kind: 'resident', id, name: '吴秀兰' }
    await admin.post('/credentials', { code: '04A1B2C3', holder, doors: ['with-card'] })
    await admin.post('/credentials', { code: '482915', kind: 'pin', holder })
    const consent = (await admin.post(`/residents/${id}/consents`)).json()
    await admin.post(`/residents/${id}/faces`, { image: jpeg().toString('base64') })
    const before = box.roster
    expect(before.faces).toHaveLength(1)
    expect((await admin.delete(`/residents/${id}/consents/${consent.id}`)).statusCode).toBe(200)
    expect(box.roster.faces).toEqual([])
    expect(box.roster.cards).toEqual(before.cards)
    const whole = (await test.box.get('/gateway/roster')).json()
    expect(whole.cards).toEqual(before.cards)
    expect(whole.cards).toHaveLength(2)
  })
})
