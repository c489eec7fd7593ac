import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NotificationItem } from '../../../contracts/http/notify.ts'
import { type TestApi, smoke, startTestApi } from '../support/api.ts'

let test: TestApi
beforeEach(async () => {
  test = await startTestApi()
})
afterEach(() => test.close())

const until = async <T>(what: () => Promise<T | null>): Promise<T> => {
  for (let i = 0; i < 200; i += 1) {
    const found = await what()
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('did not happen')
}
const inbox = async (who: { get(url: string): Promise<{ json(): unknown }> }, query = '') =>
  ((await who.get(`/notifications/inbox${query}`)).json() as { items: NotificationItem[] }).items

it('a critical ticket is on the screens of its community, until somebody has it in hand', async () => {
  const staff = await test.person('staff')
  const grid = await test.person('grid')
  const stranger = await test.person('staff', ['elsewhere'])
  await test.box.post('/anomalies', smoke('one'))
  const [message] = await until(async () => {
    const items = await inbox(staff, '?open=true')
    return items.length > 0 ? items : null
  })
  expect(message).toMatchObject({ severity: 'critical', state: 'sent', channel: 'screen' })
  expect(await inbox(stranger)).toEqual([])
  const acknowledged = await staff.post(`/notifications/${message?.id}/ack`)
  expect(acknowledged.json()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'staff-1' })
  expect(await inbox(grid, '?open=true')).toEqual([])
  expect(await inbox(grid)).toHaveLength(1)
  const admin = await test.admin()
  const ticket = (await admin.get(`/tickets/${message?.incident}`)).json<{
    timeline: { kind: string }[]
  }>()
  expect(ticket.timeline.map(({ kind }) => kind)).toContain('acknowledged')
  // Not a stranger's to read, and not a grid worker's to list.
  expect((await stranger.get(`/notifications/${message?.id}`)).statusCode).toBe(404)
  expect((await grid.get('/notifications')).statusCode).toBe(403)
})

it('what stood on my screen is delivered from then on; nobody marks what others have not seen', async () => {
  const staff = await test.person('staff')
  const grid = await test.person('grid')
  await test.box.post('/anomalies', smoke('one'))
  const first = async (who: typeof staff) =>
    until(async () => (await inbox(who)).find(({ channel }) => channel === 'screen') ?? null)
  const mine = await first(staff)
  const theirs = await first(grid)
  const seen = await staff.post('/notifications/inbox/seen', { ids: [mine.id, theirs.id, 'ntf_x'] })
  expect(seen.statusCode).toBe(204)
  expect((await first(staff)).state).toBe('delivered')
  expect((await first(grid)).state).toBe('sent')
  // An answer is more than a look, and stays.
  await staff.post(`/notifications/${mine.id}/ack`)
  await staff.post('/notifications/inbox/seen', { ids: [mine.id] })
  expect((await first(staff)).state).toBe('acknowledged')
  const many = { ids: Array.from({ length: 1_001 }, (_, i) => `ntf_${i}`) }
  expect((await staff.post('/notifications/inbox/seen', many)).statusCode).toBe(400)
})

it('who has a ticket hears that somebody waits, each time, in their words; where nobody has it, who works there', async () => {
  const [staff, grid] = [await test.person('staff'), await test.person('grid')]
  const supervisor = await test.person('supervisor')
  const made = await staff.post('/tickets', { title: '路灯不亮', place: { name: '东门' } })
  const { id } = made.json<{ id: string }>()
  const press = (action: string, note: string) =>
    supervisor.post(`/tickets/${id}/actions/${action}`, { note })
  const heard = async (who: typeof staff, count: number) =>
    until(async () => {
      const items = (await inbox(who)).filter(({ incident }) => incident === id)
      return items.length === count ? items : null
    })
  await press('urge', '老人摔了')
  const [first] = await heard(staff, 1)
  await heard(grid, 1)
  expect(first).toMatchObject({ kind: 'reminder', title: { zh: '催办：路灯不亮' } })
  expect(first?.body.zh).toMatch(/东门 老人摔了$/)

  await staff.post(`/tickets/${id}/actions/file`)
  await staff.post(`/tickets/${id}/actions/dispatch`, { assignee: grid.id })
  test.time.now += 60_000
  await press('urge', '又一位')
  await heard(grid, 2)
  test.time.now += 60_000
  await press('supervise', '限今天')
  const last = await heard(grid, 3)
  expect(last.map(({ title }) => title.zh).toSorted()).toEqual([
    '催办：路灯不亮',
    '催办：路灯不亮',
    '督办：路灯不亮',
  ])
  expect(await heard(staff, 1)).toHaveLength(1)
})

it('whoever takes the ticket stops its alarms, and its end is told to those who were alarmed', async () => {
  const staff = await test.person('staff')
  await test.box.post('/anomalies', smoke('one'))
  const [message] = await until(async () => {
    const items = await inbox(staff)
    return items.length > 0 ? items : null
  })
  await test.box.post('/anomalies/clear', {
    id: 'clear-1',
    key: 'smoke.alarm:kitchen-1',
    community: 'demo',
    clearedAt: test.time.now,
    reason: { zh: '烟散了', en: 'The smoke is gone' },
    resolves: true,
  })
  const relief = await until(async () => {
    const items = await inbox(staff)
    return items.find(({ kind }) => kind === 'relief') ?? null
  })
  expect(relief.title.zh).toMatch(/^已解除：/)
  expect(relief.body.zh).toContain('烟散了')
  expect(relief.incident).toBe(message?.incident)
})

it('says how somebody wants to be told, and masks what leads to them', async () => {
  await test.close()
  test = await startTestApi({
    notify: {
      ...(await import('../../../api/notify/default-settings.ts')).defaultNotify,
      channels: [
        {
          name: 'texts',
          kind: 'sms',
          method: 'POST',
          // Nobody is there: what is sent stays on the queue, and says why.
          url: 'http://127.0.0.1:1/send',
          headers: {},
          success: 'status == 200',
          perMinute: 60,
        },
      ],
    },
  })
  const staff = await test.person('staff')
  const wanted = {
    language: 'en',
    phone: '13800001111',
    email: null,
    channels: { texts: 'critical' },
    quietHours: { from: '21:00', to: '06:00' },
    minorDigest: 'day',
  }
  const saved = await staff.put('/notify/preferences', wanted)
  expect(saved.json()).toEqual(wanted)
  const unknown = await staff.put('/notify/preferences', { ...wanted, channels: { fax: 'minor' } })
  expect(unknown.statusCode).toBe(400)
  await test.box.post('/anomalies', smoke('one'))
  const admin = await test.admin()
  const row = await until(async () => {
    const answer = await admin.get('/notifications?channel=texts')
    const [item] = answer.json<{ items: NotificationItem[] }>().items
    return item?.state === 'failed' ? item : null
  })
  expect(row).toMatchObject({ address: '138****1111', reason: 'address-refused' })
  const detail = (await admin.get(`/notifications/${row.id}`)).json<{
    tries: { detail: string }[]
  }>()
  expect(detail.tries.at(0)?.detail).toContain('notify.allowedAddresses')
  expect(JSON.stringify(detail)).not.toContain('13800001111')
})

it('tries a channel, and says what the channels do', async () => {
  const staff = await test.person('staff')
  const tried = await staff.post('/notify/test', { channel: 'screen' })
  expect(tried.json()).toMatchObject({ kind: 'test', channel: 'screen' })
  expect((await staff.post('/notify/test', { channel: 'fax' })).statusCode).toBe(400)
  await until(async () => ((await inbox(staff)).some(({ kind }) => kind === 'test') ? true : null))
  const channels = await staff.get('/notify/channels')
  expect(channels.json<{ items: { name: string }[] }>().items.map(({ name }) => name)).toEqual([
    'device',
  ])
})
