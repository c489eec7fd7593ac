import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayEvent } from '../../contracts/events.ts'
import { loggedAccess } from './support/access-log.ts'
import { type Caller, type TestApi, noon, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

const holder = { kind: 'resident', id: 'res_1', name: '吴秀兰' }
const passage = {
  id: 'e1',
  ts: noon,
  community: 'demo',
  device: 'door-1',
  type: 'access.granted',
  data: { holder, reason: 'ok', method: 'card' },
}
const session = {
  id: 'p1',
  community: 'demo',
  carPark: 'main',
  plate: '苏ED51712',
  holder,
  enteredAt: 1,
  enteredBy: 'gate-1',
  leftAt: null,
  leftBy: null,
}

let box: Box
let test: TestApi
let admin: Caller
beforeAll(async () => {
  box = await startBox()
  box.answers.set('GET /parking', () => ({ carParks: [], sessions: [session] }))
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
  await test.box.post('/gateway/events', { events: [passage] })
})
afterAll(async () => {
  await test.close()
  await box.close()
})

/** The name of who passed, in the history and in the car park. */
async function namesFor(caller: Caller): Promise<unknown[]> {
  const { items } = (await caller.get('/events')).json<{ items: GatewayEvent[] }>()
  const parked = await caller.get('/parking')
  const { sessions } = parked.json<{ sessions?: (typeof session)[] }>()
  return [items[0]?.data, sessions?.[0]?.holder].map(
    (value) => (value as { holder?: object })?.holder ?? value,
  )
}

describe('where somebody has been', () => {
  it('carries names for those who look after people, and initials for those who read figures', async () => {
    const masked = { ...holder, name: '吴**' }
    expect(await namesFor(admin)).toEqual([holder, holder])
    expect(await namesFor(await test.person('staff'))).toEqual([holder, holder])
    expect(await namesFor(await test.person('supervisor'))).toEqual([masked, masked])
    const key = await admin.post('/api-keys', { name: 'display', scopes: ['read'] })
    expect(await namesFor(test.as(key.json().key))).toEqual([masked, undefined])
  })

  it('control C7: who asked for it is on record', async () => {
    const staff = await test.person('staff')
    await staff.get('/events?device=door-1')
    const entry = { who: staff.id, what: 'events', target: 'door-1', community: 'demo' }
    expect(loggedAccess(test.home, 'events').at(-1)).toMatchObject(entry)
    const { items } = (await admin.get(`/access-log?who=${staff.id}`)).json()
    expect(items).toMatchObject([{ ...entry, role: 'staff', reason: null }])
  })

  it('control C7: the record is read by the admin, by supervisors of the community, by nobody else', async () => {
    const all = (await admin.get('/access-log?limit=1000')).json().items
    const first = (await admin.get('/access-log?limit=1')).json()
    expect([first.items, all.length > 3]).toEqual([[all[0]], true])
    const second = (await admin.get(`/access-log?limit=1&cursor=${first.next}`)).json()
    expect(second.items).toEqual([all[1]])
    const here = (await (await test.person('supervisor')).get('/access-log')).json().items
    expect(here.length).toBeGreaterThan(0)
    expect(here.every(({ community }: { community: string }) => community === 'demo')).toBe(true)
    const elsewhere = await test.person('supervisor', ['home'])
    expect((await elsewhere.get('/access-log')).json().items).toEqual([])
    for (const role of ['staff', 'grid', 'unit', 'resident'] as const)
      expect((await (await test.person(role)).get('/access-log')).statusCode).toBe(403)
  })
})

describe('control C7: spaces are no reason', () => {
  it.each(['doors/d-1/open', 'barriers/d-1/open', 'commands/d-1'])('%s is 400', async (path) => {
    const made = { id: 'd-1', type: 'door', barrier: {} }
    await admin.post('/devices', made)
    const answer = await admin.post(`/${path}`, { name: 'door.unlock', reason: '   ' })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request.invalid'])
  })
})
