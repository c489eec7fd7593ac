import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCalendar } from '../../../api/care/calendar.ts'
import { visitState } from '../../../api/care/visit-schedule.ts'
import type { CarePerson } from '../../../contracts/http/care-plans.ts'
import type { CallSheet } from '../../../contracts/http/ladder.ts'
import type { TicketSummary } from '../../../contracts/ticket.ts'
import { loggedAccess } from '../support/access-log.ts'
import { type Caller, type TestApi, noon, startTestApi } from '../support/api.ts'
import { due, raise } from '../support/ladder.ts'

const hour = 3_600_000
const day = 24 * hour
const calendar = createCalendar('Asia/Shanghai')
const at = (text: string): number => calendar.at(text.slice(0, 10), text.slice(11))

describe('visits that are due', () => {
  const facts = (change: object) => ({
    schedule: { weekdays: [1, 3, 5], from: '09:00', to: '17:00' },
    perWeek: 3,
    seenAt: [] as number[],
    since: 0,
    ...change,
  })

  test('on weekdays: the window of today is next, and late once it is over', () => {
    const friday = visitState(facts({ since: noon - hour }), calendar, noon)
    expect(friday).toEqual({
      next: { from: at('2026-11-20 09:00'), to: at('2026-11-20 17:00') },
      overdue: null,
      doneThisWeek: 0,
      perWeek: 3,
    })
    const evening = visitState(facts({}), calendar, at('2026-11-20 17:00'))
    expect(evening.overdue).toEqual(friday.next)
    expect(evening.next?.from).toBe(at('2026-11-23 09:00'))
  })

  test('whoever came in the morning has come; a late visit ends the lateness', () => {
    const early = visitState(facts({ seenAt: [at('2026-11-20 07:30')] }), calendar, noon)
    expect(early.next?.from).toBe(at('2026-11-23 09:00'))
    const late = visitState(facts({ seenAt: [at('2026-11-21 10:00')] }), calendar, noon + 2 * day)
    expect(late.overdue).toBeNull()
  })

  test('three times a week without weekdays: each part of the week wants one', () => {
    const shared = facts({ schedule: null })
    const wednesday = visitState(shared, calendar, at('2026-11-18 12:00'))
    expect(wednesday.next?.to).toBe(at('2026-11-18 18:00'))
    const seenAt = [at('2026-11-17 10:00'), at('2026-11-19 10:00')]
    const friday = visitState(facts({ schedule: null, seenAt }), calendar, noon)
    expect(friday).toMatchObject({ overdue: null, doneThisWeek: 2, perWeek: 3 })
    expect(friday.next?.to).toBe(at('2026-11-22 18:00'))
  })

  test('a day off is no visit, and nothing was due before the plan', () => {
    const off = [{ day: '2026-11-20', note: '社区活动日' }]
    const schedule = { weekdays: [5], off }
    expect(visitState(facts({ schedule, since: noon - day }), calendar, noon + day)).toMatchObject({
      overdue: null,
    })
    expect(visitState(facts({ since: noon }), calendar, noon).overdue).toBeNull()
  })
})

describe('plans of care', () => {
  let api: TestApi
  let admin: Caller
  let grid: Caller & { id: string }

  beforeAll(async () => {
    api = await startTestApi()
    admin = await api.admin()
    grid = await api.person('grid')
    await admin.post('/households', {
      id: 'hh_1',
      place: { name: '6 号楼 2 单元 301', lat: 31, lon: 121 },
    })
    await admin.post('/residents', {
      id: 'res_wu',
      name: '吴桂芬',
      honorific: '吴奶奶',
      household: 'hh_1',
      phone: '13812342207',
      birthDate: '1944-03-01',
    })
    await admin.post('/residents/res_wu/contacts', {
      name: '吴建安',
      relation: '儿子',
      phone: '13900001234',
    })
  })
  afterAll(() => api.close())

  const put = (payload: object) =>
    api.api.app.inject({
      method: 'PUT',
      url: '/api/v1/care/res_wu/plan',
      payload,
      headers: { authorization: `Bearer ${admin.token}` },
    })
  const overdue = async () =>
    (await admin.get('/tickets'))
      .json<{ items: TicketSummary[] }>()
      .items.filter(({ anomaly }) => anomaly?.type === 'care.visit-overdue')

  test('an unknown level, or a worker of elsewhere, is refused', async () => {
    expect((await put({ level: 'nobody' })).statusCode).toBe(400)
    const elsewhere = await api.person('grid', ['home'])
    expect((await put({ level: 'key', worker: elsewhere.id })).statusCode).toBe(400)
  })

  test('a visit that nobody made becomes one ticket, and a visit with its form ends it', async () => {
    const made = await put({
      level: 'key',
      worker: grid.id,
      schedule: { weekdays: [5], from: '09:00', to: '17:00' },
      notes: { mobility: '膝盖不好', medical: '降压药', key: '302 邻居' },
      emergency: { share: ['mobility', 'key'], agreedBy: '吴桂芬' },
    })
    expect(made.json()).toMatchObject({ level: { id: 'key' }, worker: { id: grid.id } })
    const ahead = (await grid.get('/care/visits/due?mine=true')).json<{ items: object[] }>()
    expect(ahead.items).toMatchObject([{ resident: { id: 'res_wu' }, overdue: false }])
    api.time.now += 6 * hour
    await due(api)
    api.time.now += 2 * 60_000
    await due(api)
    expect(await overdue()).toMatchObject([{ status: 'filed', subject: { id: 'res_wu' } }])
    const wrong = await grid.post('/care/res_wu/visits', { seen: true, form: { mood: 'purple' } })
    expect(wrong.statusCode).toBe(400)
    const visit = await grid.post('/care/res_wu/visits', {
      seen: true,
      form: { mood: 'good', 'gas-off': true, wishes: '想换灯泡' },
    })
    expect(visit.json()).toMatchObject({ form: { mood: 'good', wishes: '想换灯泡' } })
    expect(await overdue()).toMatchObject([{ status: 'closed' }])
  })

  test('the page of a person: whole for who goes there, masked for who reads figures, logged', async () => {
    const seen = (await grid.get('/care/res_wu')).json<CarePerson>()
    expect(seen).toMatchObject({
      resident: { name: '吴桂芬', phone: '13812342207', age: 82 },
      boxAnswers: false,
      care: null,
      plan: { notes: { mobility: '膝盖不好' } },
      contacts: [{ name: '吴建安', phone: '13900001234' }],
      visits: { doneThisWeek: 1, overdue: null },
    })
    const reader = await api.person('supervisor')
    const masked = (await reader.get('/care/res_wu')).json<CarePerson>()
    expect(masked.resident).toMatchObject({ name: '吴**', phone: '138****2207', age: null })
    expect(masked.plan?.notes).toEqual({})
    expect(JSON.stringify(masked)).not.toMatch(/膝盖|13900001234|吴建安/)
    expect(loggedAccess(api.home, 'care.person').map(({ who }) => who)).toContain(grid.id)
    const stranger = await api.person('staff', ['home'])
    expect((await stranger.get('/care/res_wu')).statusCode).toBe(404)
  })

  test('the call sheet says what one says on the telephone, and only what the person agreed to', async () => {
    const id = await raise(api, {
      type: 'sos.pressed',
      key: 'sos:1',
      subject: { kind: 'resident', id: 'res_wu' },
      evidence: [{ kind: 'reading', device: 'sos-1', reading: 'sos', ts: noon, value: true }],
    })
    const sheet = (await grid.get(`/tickets/${id}/call-sheet`)).json<CallSheet>()
    expect(sheet.address).toMatchObject({
      said: { zh: '桐花里社区 6 号楼 2 单元 301' },
      building: '6 号楼',
      entrance: '2 单元',
      floor: '3',
      room: '301',
      position: { lat: 31, lon: 121 },
    })
    expect(sheet.people[0]?.notes.map(({ what }) => what)).toEqual(['mobility', 'key'])
    expect(JSON.stringify(sheet)).not.toContain('降压药')
    for (const [lang, words] of [
      ['zh', '电话里这样说'],
      ['en', 'Say this on the telephone'],
    ]) {
      const page = await grid.get(`/tickets/${id}/call-sheet.html?lang=${lang}`)
      expect(page.headers['content-type']).toContain('text/html')
      expect(page.body).toContain(words)
    }
    expect(loggedAccess(api.home, 'call-sheet').length).toBeGreaterThan(0)
  })
})
