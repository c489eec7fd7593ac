import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

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

describe('number plates', () => {
  it('are written in one way, reach the box, and are found however they are asked for', async () => {
    const resident = (await admin.post('/residents', { name: '吴秀兰' })).json()
    const answer = await admin.post('/vehicles', { plate: '苏e·d5I7O2', resident: resident.id })
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      {
        plate: '苏ED51702',
        list: 'allow',
        community: 'demo',
        holder: { kind: 'resident', id: resident.id, name: '吴秀兰' },
        inForce: true,
      },
    ])
    const { inForce: _inForce, ...vehicle } = answer.json()
    expect(box.roster.vehicles).toContainEqual(vehicle)
    expect((await admin.get(`/vehicles/${vehicle.id}`)).json()).toEqual(vehicle)
    const found = await admin.get(`/vehicles?plate=${encodeURIComponent('苏E D51702')}`)
    expect(found.json().items).toEqual([vehicle])
  })

  it.each(['AYL375', '皖AYL37', '皖A·YL3755X', '12345', '皖OYL375'])(
    'refuse %s, which none can be, and say why',
    async (plate) => {
      const answer = await admin.post('/vehicles', { plate })
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'request.invalid'])
      expect(answer.json().detail).toContain(plate)
    },
  )

  it('stand once in a community', async () => {
    expect((await admin.post('/vehicles', { plate: '皖A·YL375' })).statusCode).toBe(201)
    const twice = await admin.post('/vehicles', { plate: '皖ayl375' })
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'conflict.exists'])
    const other = await admin.post('/vehicles', { plate: '皖AYL375', community: 'other' })
    expect(other.statusCode).toBe(201)
  })

  it('change list, holder, plate and time; what is not named stays', async () => {
    const { id } = (await admin.post('/vehicles', { plate: '京A12345', note: 'van' })).json()
    const holder = { kind: 'staff', id: 'usr-1', name: '李雷' }
    const patched = (await admin.patch(`/vehicles/${id}`, { list: 'block', holder, to: 5 })).json()
    expect(patched).toMatchObject({ plate: '京A12345', list: 'block', holder, note: 'van', to: 5 })
    expect(box.roster.vehicles?.find((item) => item.id === id)).toMatchObject({ list: 'block' })
    expect((await admin.patch(`/vehicles/${id}`, { from: 9 })).statusCode).toBe(400)
    expect((await admin.patch(`/vehicles/${id}`, { plate: '皖AYL375' })).statusCode).toBe(409)
    expect((await admin.patch(`/vehicles/${id}`, { resident: 'nobody' })).statusCode).toBe(400)
    expect((await admin.patch(`/vehicles/${id}`, { holder: null })).json().holder).toBe(null)
    expect((await admin.get('/vehicles?list=block')).json().items).toHaveLength(1)
  })

  it('are taken away here and in the box', async () => {
    const { id } = (await admin.post('/vehicles', { plate: '沪AF71017' })).json()
    expect((await admin.delete(`/vehicles/${id}`)).json()).toEqual({ inForce: true })
    expect(box.roster.vehicles?.map((item) => item.id)).not.toContain(id)
    expect((await admin.delete(`/vehicles/${id}`)).statusCode).toBe(404)
    const grid = await test.person('grid')
    expect((await grid.get('/vehicles')).statusCode).toBe(200)
    expect((await grid.post('/vehicles', { plate: '沪AF71017' })).statusCode).toBe(403)
  })
})
