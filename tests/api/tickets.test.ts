import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type TestApi, noon, smoke, startTestApi } from './support/api.ts'

let test: TestApi
let admin: Caller
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
})
afterAll(() => test.close())

const report = async (title = '路灯不亮', more = {}, by = admin) =>
  (await by.post('/tickets', { title, ...more })).json()
const act = (id: string, action: string, body: object = {}, by = admin) =>
  by.post(`/tickets/${id}/actions/${action}`, body)

describe('the life of a ticket', () => {
  it('goes from a report to closed, every step in the timeline', async () => {
    const made = await report('楼道灯坏了', {
      category: 'C0304',
      severity: 'minor',
      place: { name: '3 号楼', lat: 31.2, lon: 121.4 },
    })
    expect(made).toMatchObject({
      status: 'received',
      mode: 'single',
      source: { kind: 'staff' },
      place: { name: '3 号楼' },
    })
    const steps = [
      ['file', {}],
      ['dispatch', { unit: 'property' }],
      ['accept', {}],
      ['start', {}],
      ['handle', { note: '换了灯泡' }],
      ['verify', {}],
      ['close', {}],
    ] as const
    for (const [action, body] of steps) {
      const answer = await act(made.id, action, body)
      expect(answer.statusCode, `${action}: ${answer.body}`).toBe(200)
    }
    const ticket = (await admin.get(`/tickets/${made.id}`)).json()
    expect(ticket).toMatchObject({ status: 'closed', unit: 'property', closedAt: test.time.now })
    expect(ticket.timeline.map((entry: { kind: string }) => entry.kind)).toEqual([
      'opened',
      ...steps.map(([action]) => action),
    ])
    expect(ticket.timeline[5]).toMatchObject({ from: 'handling', to: 'handled', note: '换了灯泡' })
    expect(ticket.allowed).toEqual(['reopen', 'comment'])
  })

  it('can be returned with a reason, reopened, rejected, withdrawn', async () => {
    const { id } = await report()
    await act(id, 'file')
    await act(id, 'dispatch', { unit: 'property' })
    expect((await act(id, 'return')).json()).toMatchObject({
      code: 'ticket.demand-missing',
      missing: ['note'],
    })
    const returned = (await act(id, 'return', { note: '不归我们' })).json()
    expect(returned).toMatchObject({ status: 'filed', unit: null, flags: ['returned'] })
    expect((await act(id, 'reject', { note: '查无此事' })).json().status).toBe('rejected')
    const reopened = (await act(id, 'reopen', { note: '又有人报' })).json()
    expect(reopened).toMatchObject({ status: 'filed', closedAt: null })
    expect(reopened.flags).toEqual(['returned', 'reopened'])
    expect((await act(id, 'withdraw', { note: '重复' })).json().status).toBe('withdrawn')
  })

  it('says 409 with what is possible, 501 for what is not built, 400 for what does not exist', async () => {
    const { id } = await report()
    const close = await act(id, 'close')
    expect(close.statusCode).toBe(409)
    expect(close.json()).toMatchObject({
      code: 'ticket.action-not-allowed',
      allowed: ['file', 'reject', 'supervise', 'urge', 'withdraw', 'comment'],
    })
    const whistle = await act(id, 'whistle')
    expect([whistle.statusCode, whistle.json().code]).toEqual([501, 'ticket.action-unavailable'])
    expect((await act(id, 'explode')).statusCode).toBe(400)
    expect((await act('tkt_none', 'file')).statusCode).toBe(404)
    expect((await act(id, 'dispatch', { unit: 'nobody' })).statusCode).toBe(409)
    await act(id, 'file')
    expect((await act(id, 'dispatch', { unit: 'no-such-unit' })).statusCode).toBe(400)
    expect((await act(id, 'dispatch', { assignee: 'no-such-person' })).statusCode).toBe(400)
  })

  it('lets one of two win who act at once', async () => {
    const { id } = await report()
    await act(id, 'file')
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => act(id, 'dispatch', { unit: 'property' })),
    )
    const statuses = answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)
    expect(statuses).toEqual([200, 409, 409, 409, 409])
    const { timeline } = (await admin.get(`/tickets/${id}`)).json()
    expect(timeline.filter((entry: { kind: string }) => entry.kind === 'dispatch')).toHaveLength(1)
  })

  it('is urged with words, and supervised once however often a supervisor presses', async () => {
    const supervisor = await test.person('supervisor')
    const { id } = await report('井盖响')
    expect((await act(id, 'urge', {}, supervisor)).json()).toMatchObject({ missing: ['note'] })
    const urged = (await act(id, 'urge', { note: '三天没人来' }, supervisor)).json()
    expect(urged).toMatchObject({ status: 'received', flags: [] })
    expect(urged.timeline.at(-1)).toMatchObject({ kind: 'urge', note: '三天没人来', to: null })
    for (const note of ['限今天', '再催'])
      expect((await act(id, 'supervise', { note }, supervisor)).json().flags).toEqual([
        'supervised',
      ])
    const grid = await test.person('grid')
    expect((await act(id, 'supervise', { note: 'x' }, grid)).statusCode).toBe(403)
    await act(id, 'reject', { note: '查无' })
    expect((await act(id, 'urge', { note: 'x' }, supervisor)).statusCode).toBe(409)
  })

  it('takes an action with the JSON type and no body', async () => {
    const { id } = await report()
    const answer = await test.api.app.inject({
      method: 'POST',
      url: `/api/v1/tickets/${id}/actions/file`,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    })
    expect(answer.statusCode).toBe(200)
  })

  it('check 9: ignores what a reporter may not set', async () => {
    const made = await report('x', {
      status: 'closed',
      assignee: 'me',
      community: 'demo',
      number: '1',
    })
    expect(made).toMatchObject({ status: 'received', assignee: null })
    expect(made.number).toMatch(/^1120-\d{3,}$/)
  })
})

describe('who may do what', () => {
  it('keeps the parts apart: desk, grid worker, checker', async () => {
    const staff = await test.person('staff')
    const worker = await test.person('grid')
    const { id } = await report()
    expect((await act(id, 'file', {}, worker)).statusCode).toBe(403)
    await act(id, 'file', {}, staff)
    const sent = await act(id, 'dispatch', { assignee: worker.id }, staff)
    expect(sent.json().assignee.id).toBe(worker.id)
    await act(id, 'accept', {}, worker)
    const handled = await act(id, 'handle', { note: '好了' }, worker)
    expect(handled.json()).toMatchObject({ status: 'handled', allowed: ['comment'] })
    expect((await act(id, 'verify', {}, worker)).statusCode).toBe(403)
    expect((await act(id, 'verify', {}, staff)).json().status).toBe('verified')
  })

  it('shows a unit what it was given, a resident what they reported', async () => {
    const unit = await test.person('unit', ['demo'], 'lift-service')
    const resident = await test.person('resident')
    const mine = await report('电梯有异响', {}, resident)
    expect(mine.source.kind).toBe('resident')
    expect((await unit.get(`/tickets/${mine.id}`)).statusCode).toBe(404)
    await act(mine.id, 'file')
    await act(mine.id, 'dispatch', { unit: 'lift-service' })
    expect((await unit.get('/tickets')).json().items).toHaveLength(1)
    expect((await act(mine.id, 'accept', {}, unit)).statusCode).toBe(200)
    const seen = (await resident.get('/tickets')).json().items
    expect(seen.map(({ id }: { id: string }) => id)).toEqual([mine.id])
  })
})

const ids = async (query: string) =>
  (await admin.get(`/tickets?limit=1000&${query}`))
    .json()
    .items.map((ticket: { id: string }) => ticket.id)

describe('the list', () => {
  it('pages through everything once, newest first, by key and not by offset', async () => {
    const many = await startTestApi()
    const caller = await many.admin()
    for (let i = 0; i < 25; i += 1) {
      await report(`第 ${i} 件`, {}, caller)
      // Several in one millisecond: the cursor must not skip or repeat them.
      if (i % 5 === 0) many.time.now += 1
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const page = (await caller.get(`/tickets?limit=7${cursor}`)).json()
      expect(page.items.length).toBeLessThanOrEqual(7)
      seen.push(...page.items.map(({ title }: { title: string }) => title))
      await report('newcomer', {}, caller)
      cursor = page.next === null ? '' : `&cursor=${page.next}`
    } while (cursor !== '')
    const old = seen.filter((title) => title !== 'newcomer')
    expect(new Set(old).size).toBe(25)
    expect(old).toHaveLength(25)
    expect((await caller.get('/tickets?cursor=nonsense')).statusCode).toBe(400)
    expect((await caller.get('/tickets?limit=1001')).statusCode).toBe(400)
    await many.close()
  })

  it('filters, and finds words with signs that SQL knows', async () => {
    const { id, number } = await report('100%_特别 的标题', {
      category: 'C0304',
      severity: 'major',
    })
    await test.box.post('/anomalies', smoke('list-1'))
    expect(await ids(`q=${encodeURIComponent('100%_特')}`)).toEqual([id])
    expect(await ids(`q=${number}`)).toContain(id)
    expect(await ids('category=C0304&severity=major')).toContain(id)
    expect(await ids('source=machine')).not.toContain(id)
    expect(await ids('status=received,filed&open=true')).toContain(id)
    expect(await ids('open=false')).not.toContain(id)
    expect(await ids('community=home')).toEqual([])
    for (const attack of ["' or 1=1 --", '%', '\\', '_', '";drop table tickets;--']) {
      const found = await admin.get(`/tickets?q=${encodeURIComponent(attack)}`)
      expect(found.statusCode).toBe(200)
    }
    expect(await ids('q=%25')).toEqual([id])
  })
})

const hours = async (body: object) => {
  const { dueAt, createdAt } = await report('x', body)
  return (dueAt - createdAt) / 3_600_000
}

describe('numbers and due times', () => {
  it('count per community and day of its time zone', async () => {
    const fresh = await startTestApi()
    const caller = await fresh.admin()
    expect((await report('a', {}, caller)).number).toBe('1120-001')
    expect((await report('b', {}, caller)).number).toBe('1120-002')
    expect((await report('c', { community: 'home' }, caller)).number).toBe('1120-001')
    // 00:30 in Shanghai is still the day before in UTC.
    fresh.time.now = Date.UTC(2026, 10, 20, 16, 30)
    expect((await caller.post('/auth/logout')).statusCode).toBe(204)
    expect((await report('d', {}, await fresh.admin())).number).toBe('1121-001')
    await fresh.close()
  })

  it('are due by the category, else by the severity; a critical one within two hours, a cannot-tell within four', async () => {
    expect(await hours({ category: 'C0101' })).toBe(2)
    expect(await hours({ category: 'C0205', severity: 'critical' })).toBe(0.5)
    expect(await hours({ category: 'C0512', severity: 'critical' })).toBe(2)
    expect(await hours({ severity: 'major' })).toBe(24)
    expect(await hours({})).toBe(72)
    const unsure = smoke('due-1', { type: 'resident.cannot-tell', severity: 'major', key: 'due' })
    const opened = (await test.box.post('/anomalies', unsure)).json<{ ticket: { id: string } }>()
    const { dueAt, createdAt } = (await admin.get(`/tickets/${opened.ticket.id}`)).json<{
      dueAt: number
      createdAt: number
    }>()
    expect((dueAt - createdAt) / 3_600_000).toBe(4)
    expect(test.time.now).toBe(noon)
    expect((await admin.post('/tickets', { title: 'x', category: 'Z9' })).statusCode).toBe(400)
  })
})
