import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loggedAccess } from '../support/access-log.ts'
import { type Caller, type TestApi, startTestApi } from '../support/api.ts'

let test: TestApi
let admin: Caller
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
})
afterAll(() => test.close())

const name = (zh: string) => ({ zh, en: zh })
const units = async () =>
  (await admin.get('/org')).json().items as { id: string; name: { zh: string } }[]
const hour = 3_600_000

describe('units', () => {
  it('begin as the file has them, change over HTTP, and stay changed over a restart', async () => {
    expect((await units())[0]).toMatchObject({ id: 'hedong', kind: 'district' })
    const made = await admin.post('/org', {
      id: 'pipe-works',
      kind: 'contractor',
      name: name('管网维修队'),
      parent: 'hedong',
      position: { lat: 31.2, lon: 121.4 },
    })
    expect(made.statusCode, made.body).toBe(201)
    await admin.patch('/org/property', { name: name('新物业'), parent: 'demo' })
    expect((await admin.delete('/org/health-station')).statusCode).toBe(204)
    await test.restart()
    admin = await test.admin()
    const now = await units()
    expect(now.find(({ id }) => id === 'pipe-works')).toEqual(made.json())
    expect(now.find(({ id }) => id === 'property')?.name.zh).toBe('新物业')
    expect(now.find(({ id }) => id === 'health-station')).toBeUndefined()
  })

  it('take tickets as soon as they are there, and are refused once they are not', async () => {
    const { id } = (await admin.post('/tickets', { title: '水管' })).json()
    await admin.post(`/tickets/${id}/actions/file`)
    const sent = (unit: string) => admin.post(`/tickets/${id}/actions/dispatch`, { unit })
    expect((await sent('health-station')).statusCode).toBe(400)
    expect((await sent('pipe-works')).statusCode).toBe(200)
    expect((await admin.delete('/org/pipe-works')).json().code).toBe('org.unit-in-use')
  })

  it('are no ring, have known parents, and an id names one thing for ever', async () => {
    const put = async (body: object) => (await admin.patch('/org/hedong', body)).json().code
    expect(await put({ parent: 'demo' })).toBe('org.unit-ring')
    expect(await put({ parent: 'hedong' })).toBe('org.unit-ring')
    expect(await put({ parent: 'nowhere' })).toBe('request.invalid')
    const again = { id: 'health-station', kind: 'department', name: name('又来') }
    expect((await admin.post('/org', again)).json().code).toBe('conflict.exists')
    expect((await admin.delete('/org/hedong')).json().code).toBe('org.unit-in-use')
    expect((await admin.delete('/org/gas-company')).json().code).toBe('org.unit-in-use')
    expect((await admin.delete('/org/nowhere')).statusCode).toBe(404)
  })

  it('are changed by the admin alone, and it is written down', async () => {
    const staff = await test.person('staff')
    expect((await staff.patch('/org/demo', { name: name('x') })).statusCode).toBe(403)
    expect((await staff.get('/org')).statusCode).toBe(200)
    expect(loggedAccess(test.home, 'org.end').map(({ target }) => target)).toEqual([
      'health-station',
    ])
  })
})

describe('posts', () => {
  it('are given and ended, and the history stays', async () => {
    const worker = await test.person('grid')
    const body = { user: worker.id, post: 'grid-worker' }
    const given = await admin.post('/org/demo-grid-1/posts', body)
    expect(given.statusCode, given.body).toBe(201)
    expect((await admin.post('/org/demo-grid-1/posts', body)).json().code).toBe('conflict.exists')
    const held = async (query = '') =>
      (await admin.get(`/org/demo-grid-1/posts${query}`)).json().items as object[]
    expect(await held()).toEqual([given.json()])
    test.time.now += hour
    const path = `/org/demo-grid-1/posts/${given.json().id}`
    expect((await admin.delete(path)).statusCode).toBe(204)
    expect((await admin.delete(path)).statusCode).toBe(404)
    expect(await held()).toEqual([])
    expect(await held('?history=true')).toEqual([{ ...given.json(), to: test.time.now }])
  })

  it('are not for residents, and strangers do not see them', async () => {
    const resident = await test.person('resident')
    const refused = await admin.post('/org/demo/posts', { user: resident.id, post: 'head' })
    expect(refused.statusCode).toBe(400)
    const stranger = await test.person('staff', ['home'])
    expect((await stranger.get('/org/demo-grid-1/posts')).statusCode).toBe(404)
    expect((await stranger.get('/org/hehua-street/posts')).statusCode).toBe(200)
  })
})
