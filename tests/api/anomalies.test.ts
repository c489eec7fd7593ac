import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anomalyDefaults } from '../../config/anomaly-defaults.ts'
import { anomalyTypes } from '../../contracts/anomaly.ts'
import { type Caller, type TestApi, smoke, startTestApi } from './support/api.ts'

let test: TestApi
let admin: Caller
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
})
afterAll(() => test.close())

const ticketOf = async (id: string) => (await admin.get(`/tickets/${id}`)).json()
const note = (ts: number) => ({ kind: 'note', ts, text: { zh: '证据', en: 'proof' } })

describe('check 23: the same anomaly, posted again, is one event and one ticket', () => {
  it('gives every repeat the first answer, also after a restart', async () => {
    const report = smoke('dup-1', { key: 'dup' })
    const first = await test.box.post('/anomalies', report)
    expect(first.statusCode).toBe(201)
    expect(first.json()).toMatchObject({
      anomaly: 'dup-1',
      opened: true,
      ticket: { status: 'filed' },
    })
    await admin.post(`/tickets/${first.json().ticket.id}/actions/dispatch`, { unit: 'property' })
    await test.restart()
    const again = await test.box.post('/anomalies', report)
    expect(again.statusCode).toBe(201)
    expect(again.json()).toEqual(first.json())
    const ticket = await ticketOf(first.json().ticket.id)
    expect(ticket.counts.repeats).toBe(0)
    expect(ticket.timeline).toHaveLength(2)
  })

  it('opens one ticket when twenty come at once with one id, and with one key', async () => {
    const same = await Promise.all(
      Array.from({ length: 20 }, () => test.box.post('/anomalies', smoke('race', { key: 'race' }))),
    )
    expect(new Set(same.map(({ body }) => body)).size).toBe(1)
    const keyed = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        test.box.post('/anomalies', smoke(`key-${i}`, { key: 'one-key' })),
      ),
    )
    expect(keyed.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1)
    const ids = new Set(keyed.map((answer) => answer.json().ticket.id))
    expect(ids.size).toBe(1)
    const ticket = await ticketOf([...ids][0] ?? '')
    expect(ticket.counts.repeats).toBe(19)
    const open = (await admin.get('/tickets?limit=1000')).json().items
    expect(
      open.filter((t: { anomaly: { key: string } }) => t.anomaly.key === 'one-key'),
    ).toHaveLength(1)
  })
})

describe('an anomaly', () => {
  it('opens a filed ticket with the category, title and severity of its type', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('a-1', { key: 'a' }))).json()
    expect(await ticketOf(ticket.id)).toMatchObject({
      status: 'filed',
      category: 'C0106',
      severity: 'critical',
      title: '烟感报警',
      titleEn: 'Smoke alarm',
      source: { kind: 'machine', device: 'kitchen-1' },
      anomaly: { type: 'smoke.alarm', key: 'a', clearedAt: null },
    })
  })

  it('has a shipped category for every type of the contract', async () => {
    const codes = new Set(
      (await admin.get('/categories')).json().items.map(({ code }: { code: string }) => code),
    )
    for (const type of anomalyTypes) expect(codes, type).toContain(anomalyDefaults[type].category)
  })

  it('joins the open ticket of its key, and opens a new one once that is closed', async () => {
    const open = (await test.box.post('/anomalies', smoke('b-1', { key: 'b' }))).json()
    const joined = await test.box.post(
      '/anomalies',
      smoke('b-2', { key: 'b', evidence: [note(1)] }),
    )
    expect([joined.statusCode, joined.json().opened]).toEqual([200, false])
    expect(joined.json().ticket.id).toBe(open.ticket.id)
    await admin.post(`/tickets/${open.ticket.id}/actions/reject`, { note: '误报' })
    const next = (await test.box.post('/anomalies', smoke('b-3', { key: 'b' }))).json()
    expect(next.opened).toBe(true)
    expect(next.ticket.id).not.toBe(open.ticket.id)
    // Reopening the old one must not make a second open ticket of the key.
    await admin.post(`/tickets/${open.ticket.id}/actions/reopen`, { note: '再看' })
    const later = (await test.box.post('/anomalies', smoke('b-4', { key: 'b' }))).json()
    expect(later.ticket.id).toBe(next.ticket.id)
  })

  it('keeps the same key apart in two communities', async () => {
    const here = (await test.box.post('/anomalies', smoke('c-1', { key: 'c' }))).json()
    const there = (
      await test.box.post('/anomalies', smoke('c-2', { key: 'c', community: 'home' }))
    ).json()
    expect(there.ticket.id).not.toBe(here.ticket.id)
  })

  it('keeps 200 pieces of evidence and counts the others', async () => {
    const evidence = Array.from({ length: 150 }, (_, i) => note(i))
    const { ticket } = (
      await test.box.post('/anomalies', smoke('e-1', { key: 'e', evidence }))
    ).json()
    await test.box.post('/anomalies', smoke('e-2', { key: 'e', evidence }))
    const whole = await ticketOf(ticket.id)
    expect(whole.evidence).toHaveLength(200)
    expect(whole.counts.evidence).toBe(300)
    const tooMany = Array.from({ length: 201 }, (_, i) => note(i))
    const refused = await test.box.post('/anomalies', smoke('e-3', { key: 'e', evidence: tooMany }))
    expect(refused.json().code).toBe('request.invalid')
  })

  it('that goes on and on does not bury what people did', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('n-0', { key: 'n' }))).json()
    for (let i = 1; i <= 60; i += 1)
      await test.box.post('/anomalies', smoke(`n-${i}`, { key: 'n' }))
    const whole = await ticketOf(ticket.id)
    expect(whole.counts.repeats).toBe(60)
    expect(whole.timeline).toHaveLength(51)
  })

  it('may be as large as its evidence', async () => {
    const text = { zh: '证'.repeat(2_000), en: 'x'.repeat(4_000) }
    const evidence = Array.from({ length: 200 }, (_, ts) => ({ kind: 'note', ts, text }))
    const answer = await test.box.post('/anomalies', smoke('large', { key: 'large', evidence }))
    expect(answer.statusCode).toBe(201)
  })

  it('is taken from boxes only, and listed to people', async () => {
    const staff = await test.person('staff')
    expect((await staff.post('/anomalies', smoke('x', {}))).statusCode).toBe(403)
    expect((await test.box.post('/anomalies', smoke('x', { type: 'ufo.seen' }))).statusCode).toBe(
      400,
    )
    const listed = (await staff.get('/anomalies?limit=2')).json()
    expect(listed.items).toHaveLength(2)
    expect(listed.next).not.toBeNull()
  })
})

describe('evidence that comes after its anomaly', () => {
  const clip = (at: number) => ({
    kind: 'clip',
    device: 'cam-1',
    from: at,
    to: at + 1_000,
    sha256: at.toString(16).padStart(64, 'c'),
    widthPx: 640,
    heightPx: 360,
    frames: 10,
    models: [],
  })
  const late = (id: string, key: string, adds: string, at: number) =>
    test.box.post('/anomalies', smoke(id, { key, adds, evidence: [clip(at)] }))

  it('joins the ticket of its anomaly and counts no repeat', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('l-1', { key: 'l' }))).json()
    await clear('clr-l', 'l', false)
    const first = await late('l-1.e1', 'l', 'l-1', 1)
    expect([first.statusCode, first.json()]).toMatchObject([
      200,
      { opened: false, ticket: { id: ticket.id } },
    ])
    expect((await late('l-1.e1', 'l', 'l-1', 1)).json()).toEqual(first.json())
    const whole = await ticketOf(ticket.id)
    expect(whole.counts).toMatchObject({ repeats: 0, evidence: 1 })
    expect(whole.anomaly.clearedAt).toBe(test.time.now)
    expect(whole.timeline.map(({ kind }: { kind: string }) => kind)).toEqual(['opened', 'cleared'])
    expect(whole.evidence).toMatchObject([{ kind: 'clip' }])
  })

  it('goes to a ticket that people have closed meanwhile, and leaves it closed', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('m-1', { key: 'm' }))).json()
    await test.box.post('/anomalies', smoke('m-2', { key: 'm' }))
    await admin.post(`/tickets/${ticket.id}/actions/reject`, { note: '误报' })
    const count = async () => (await admin.get('/tickets?limit=1000')).json().items.length
    const before = await count()
    // Of the second report, which had joined the ticket of the first.
    const answer = await late('m-2.e2', 'm', 'm-2', 2)
    expect(answer.json()).toMatchObject({
      opened: false,
      ticket: { id: ticket.id, status: 'rejected' },
    })
    expect(await count()).toBe(before)
    const whole = await ticketOf(ticket.id)
    expect([whole.status, whole.counts.repeats, whole.counts.evidence]).toEqual(['rejected', 1, 1])
    expect((await test.box.post('/anomalies', smoke('m-3', { key: 'm' }))).json().opened).toBe(true)
  })

  it('of what is not known keeps nothing and opens nothing, and is listed nowhere', async () => {
    const before = (await admin.get('/anomalies?limit=1000')).json().items
    const answer = await late('x-1.e1', 'x', 'x-1', 3)
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { anomaly: 'x-1.e1', ticket: null, opened: false },
    ])
    expect((await admin.get('/anomalies?limit=1000')).json().items).toEqual(before)
    expect(before.some(({ id }: { id: string }) => id.includes('.e'))).toBe(false)
    expect(before.every(({ state }: { state: string }) => state === 'ticket')).toBe(true)
  })
})

const clear = (id: string, key: string, resolves: boolean, more = {}) =>
  test.box.post('/anomalies/clear', {
    id,
    key,
    clearedAt: test.time.now,
    resolves,
    reason: { zh: '见到吴奶奶了，平安', en: 'Mrs Wu is well' },
    ...more,
  })

describe('a clear', () => {
  it('closes with proof what nobody has in hand, once', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('f-1', { key: 'f' }))).json()
    const first = await clear('clr-1', 'f', true, { evidence: [note(7)] })
    expect(first.json()).toMatchObject({
      closed: true,
      ticket: { id: ticket.id, status: 'closed' },
    })
    expect((await clear('clr-1', 'f', true)).json()).toEqual(first.json())
    const whole = await ticketOf(ticket.id)
    expect(whole.timeline.map(({ kind }: { kind: string }) => kind)).toEqual([
      'opened',
      'cleared',
      'close',
    ])
    expect(whole.timeline[2]).toMatchObject({
      actor: { kind: 'system' },
      note: '见到吴奶奶了，平安',
    })
    expect(whole.evidence).toHaveLength(1)
    expect(whole.anomaly.clearedAt).toBe(test.time.now)
    expect((await test.box.post('/anomalies', smoke('f-2', { key: 'f' }))).json().opened).toBe(true)
  })

  it('leaves to people what a person is working on', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('g-1', { key: 'g' }))).json()
    await admin.post(`/tickets/${ticket.id}/actions/dispatch`, { unit: 'property' })
    await admin.post(`/tickets/${ticket.id}/actions/accept`)
    expect((await clear('clr-2', 'g', true)).json()).toMatchObject({ closed: false })
    expect(await ticketOf(ticket.id)).toMatchObject({ status: 'accepted', closedAt: null })
  })

  it('only notes what does not resolve, and what has no ticket', async () => {
    const { ticket } = (await test.box.post('/anomalies', smoke('h-1', { key: 'h' }))).json()
    expect((await clear('clr-3', 'h', false)).json().ticket.status).toBe('filed')
    await test.box.post('/anomalies', smoke('h-2', { key: 'h' }))
    expect((await ticketOf(ticket.id)).anomaly.clearedAt).toBeNull()
    expect((await clear('clr-4', 'never-seen', true)).json()).toMatchObject({ ticket: null })
    expect((await clear('clr-5', 'h', true, { community: 'home' })).json().ticket).toBeNull()
  })
})
