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
    await staff.get('/events?device=door-1&community=demo')
    expect(loggedAccess(test.home, 'events').at(-1)).toMatchObject({
      who: staff.id,
      target: 'door-1',
      community: 'demo',
    })
  })
})
