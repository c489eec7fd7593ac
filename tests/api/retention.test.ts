import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../api/db/open.ts'
import { defaultRetention, prune } from '../../api/db/retention.ts'
import { join } from 'node:path'
import { dayMs } from '../../contracts/clock.ts'
import { type TestApi, smoke, startTestApi } from './support/api.ts'

let test: TestApi
beforeAll(async () => {
  test = await startTestApi()
})
afterAll(() => test.close())

/** Every table that grows by itself has a bound; tickets are an archive. */
it('drops what is past its time and keeps the tickets', async () => {
  const events = Array.from({ length: 30 }, (_, i) => ({
    id: `${i}`,
    ts: 1,
    community: 'demo',
    device: 'cam-1',
    type: 'sighting',
    data: {},
  }))
  await test.box.post('/gateway/events', { events })
  await test.box.post('/anomalies', smoke('old'))
  const admin = await test.admin()
  const db = await openDatabase(join(test.home, 'api.db'))
  const bounds = { ...defaultRetention, eventsMax: 10, eventsMs: 402 * dayMs, streamEventsMax: 5 }
  expect(await prune(db, defaultRetention, test.time.now)).toBe(0)
  expect(await prune(db, bounds, test.time.now + 401 * dayMs)).toBe(20 + 27 + 1)
  await db.destroy()
  expect((await admin.get('/events')).json().items).toHaveLength(10)
  expect((await admin.get('/anomalies')).json().items).toHaveLength(0)
  expect((await admin.get('/tickets')).json().items).toHaveLength(1)
})

it('control C5: who passed where is forgotten after half a year, however few pass', async () => {
  const passage = { ts: 1, community: 'demo', device: 'door-1', type: 'access.granted', data: {} }
  const before = (await (await test.admin()).get('/events?limit=1000')).json().items.length
  await test.box.post('/gateway/events', { events: [{ id: 'p1', ...passage }] })
  const db = await openDatabase(join(test.home, 'api.db'))
  expect(await prune(db, defaultRetention, test.time.now + 179 * dayMs)).toBe(0)
  expect(await prune(db, defaultRetention, test.time.now + 181 * dayMs)).toBe(before + 1)
  await db.destroy()
  expect((await (await test.admin()).get('/events')).json().items).toHaveLength(0)
})
