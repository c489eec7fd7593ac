import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { loadLadders, shippedLaddersPath } from '../../../config/ladders.ts'
import { parseOrg } from '../../../config/org.ts'
import type { LadderItem } from '../../../contracts/http/ladder.ts'
import type { Ticket } from '../../../contracts/ticket.ts'
import { type Caller, type TestApi, noon, startTestApi } from '../support/api.ts'
import { due, ladderOf, links, raise, sent } from '../support/ladder.ts'

const minute = 60_000
const units = parseOrg(
  readFileSync(new URL('../../../config/org.yaml', import.meta.url), 'utf8'),
  'org.yaml',
  'demo',
)
const shipped = loadLadders(readFileSync(shippedLaddersPath(), 'utf8'), units)

/** The shipped ladder of an elder who was not seen, on the whole api, with a clock that is moved by hand. */
describe('the ladder of an elder who was not seen', () => {
  let api: TestApi
  let admin: Caller
  let staff: Caller & { id: string }
  let grid: Caller & { id: string }

  /** Each test has an elder of its own. */
  let elder = ''
  let began = noon

  beforeAll(async () => {
    api = await startTestApi({ ladders: shipped })
    admin = await api.admin()
    staff = await api.person('staff')
    grid = await api.person('grid')
  })
  beforeEach(async () => {
    elder = `res_wu${api.time.now}`
    api.time.now += 60 * minute
    began = api.time.now
    await admin.post('/residents', {
      id: elder,
      name: '吴桂芬',
      honorific: '吴奶奶',
      phone: '13812342207',
      watch: { windowMs: 86_400_000 },
    })
    for (const [name, relation] of [
      ['吴建安', '儿子'],
      ['吴建宁', '女儿'],
    ])
      await admin.post(`/residents/${elder}/contacts`, { name, relation, phone: '13900000000' })
  })
  afterAll(() => api.close())

  const pass = async (ms: number) => {
    api.time.now += ms
    await due(api)
  }
  const ticketOf = async (id: string) => (await admin.get(`/tickets/${id}`)).json<Ticket>()
  const states = (ladder: LadderItem) => ladder.steps.map(({ state }) => state)
  const unseen = (about: Record<string, unknown> = {}) =>
    raise(api, {
      type: 'resident.unseen',
      key: `resident.unseen:${elder}`,
      subject: { kind: 'resident', id: elder, name: '吴桂芬' },
      place: { name: '6 号楼 2 单元 301' },
      ...about,
    })

  test('goes up step by step, each with a timer and an entry, once, over a restart', async () => {
    const id = await unseen()
    const begun = await ladderOf(admin, id)
    const steps = 'elder family-1 family-2 grid community street'
    expect(begun.steps.map((step) => step.id).join(' ')).toBe(steps)
    expect(begun.steps[0]).toMatchObject({ state: 'running', dueAt: began + 5 * minute })
    expect((await ticketOf(id)).status).toBe('filed')
    await pass(5 * minute)
    await api.restart()
    await pass(7 * minute)
    await pass(7 * minute)
    const there = await ladderOf(admin, id)
    expect(states(there).slice(0, 4)).toEqual(['passed', 'passed', 'passed', 'running'])
    expect(there.steps[3]?.told).toEqual([{ kind: 'user', id: grid.id, name: 'grid-2' }])
    expect(await ticketOf(id)).toMatchObject({
      status: 'dispatched',
      assignee: { id: grid.id },
    })
    await pass(15 * minute)
    await pass(20 * minute)
    // Nobody works for the street here: it is said, and somebody superior is named.
    const end = await ladderOf(admin, id)
    expect(end.status).toBe('exhausted')
    expect(end.steps.at(-1)?.state).toBe('skipped')
    const ticket = await ticketOf(id)
    expect(ticket.flags).toContain('supervised')
    const told = ticket.timeline.filter(({ kind }) => kind === 'ladder.step').map((one) => one.note)
    expect([told.length, new Set(told).size]).toEqual([6, 6])
    expect(told[1]).toBe('打给家人：儿子 吴建安（打电话、发消息），等 7 分')
  })

  test('the messages are on record, once per step and person, with a link of their own for relatives', async () => {
    const id = await unseen()
    await pass(5 * minute)
    const messages = sent(api, id)
    // Two lines for one matter teach people to read neither.
    expect(messages.map(({ step, person }) => [step.split('.')[1], person.split(':')[0]])).toEqual([
      ['elder', 'contact'],
      ['elder', 'user'],
      ['family-1', 'contact'],
      ['family-1', 'user'],
    ])
    expect(messages[2]?.link).toMatch(/^\/api\/v1\/ladder\/answer\/[\w-]{32}$/)
    expect(messages[3]?.link).toBe(`/tickets/${id}`)
    expect(messages.every(({ severity }) => severity === 'critical')).toBe(true)
    const { steps } = await ladderOf(admin, id)
    expect(steps[1]?.receipts.map(({ name }) => name)).toEqual(['吴建安', 'staff-1'])
  })

  test('accepting the ticket stops it; what nobody finishes goes on after its time', async () => {
    const id = await unseen()
    await admin.post(`/tickets/${id}/actions/dispatch`, { assignee: grid.id })
    expect((await grid.post(`/tickets/${id}/actions/accept`)).statusCode).toBe(200)
    const held = await ladderOf(admin, id)
    expect(held).toMatchObject({ status: 'held', takenBy: { id: grid.id } })
    expect(held.heldUntil).toBe(began + 30 * minute)
    await pass(29 * minute)
    expect((await ladderOf(admin, id)).status).toBe('held')
    await pass(2 * minute)
    expect(states(await ladderOf(admin, id)).slice(0, 2)).toEqual(['rested', 'running'])
    // Whoever is there has time again; who has handled it is done.
    await grid.post(`/tickets/${id}/actions/start`)
    await grid.post(`/tickets/${id}/actions/handle`, { note: '人在家，平安' })
    await pass(24 * 60 * minute)
    expect((await ladderOf(admin, id)).status).toBe('stopped')
  })

  test('“nobody answers” lets the next begin at once, “I go” stops it', async () => {
    const id = await unseen()
    const first = await staff.post(`/tickets/${id}/ladder/answer`, { answer: 'no-answer' })
    expect(states(first.json<LadderItem>()).slice(0, 2)).toEqual(['answered', 'running'])
    const going = await staff.post(`/tickets/${id}/ladder/answer`, {
      answer: 'going',
      note: '我就在楼下',
    })
    expect(going.json()).toMatchObject({ status: 'held', takenBy: { id: staff.id } })
    expect((await ticketOf(id)).timeline.at(-1)?.note).toContain('我就在楼下')
  })

  test('“they are fine” after a call stops it', async () => {
    const id = await unseen()
    const answer = await staff.post(`/tickets/${id}/ladder/answer`, {
      step: 'elder',
      answer: 'fine',
    })
    expect(answer.json()).toMatchObject({ status: 'stopped' })
    await pass(60 * minute)
    expect(states(await ladderOf(admin, id)).slice(1)).toEqual(Array(5).fill('waiting'))
  })

  test('a step that has not begun, another role and a foreign ticket are refused', async () => {
    const id = await unseen()
    const url = `/tickets/${id}/ladder/answer`
    expect((await staff.post(url, { step: 'grid', answer: 'fine' })).statusCode).toBe(404)
    const reader = await api.person('supervisor')
    expect((await reader.post(url, { answer: 'fine' })).statusCode).toBe(403)
    const stranger = await api.person('staff', ['home'])
    expect((await stranger.post(url, { answer: 'fine' })).statusCode).toBe(404)
    expect((await stranger.get(`/tickets/${id}/ladder`)).statusCode).toBe(404)
    const masked = (await reader.get(`/tickets/${id}/ladder`)).json<LadderItem>()
    expect(JSON.stringify(masked)).not.toContain('吴建安')
  })

  test('seen again: it closes with the proof, and everybody who was alarmed is told once', async () => {
    const id = await unseen()
    await pass(5 * minute)
    const clear = {
      id: 'clr_1',
      key: `resident.unseen:${elder}`,
      community: 'demo',
      clearedAt: api.time.now,
      reason: { zh: '见到吴奶奶了，平安', en: 'Mrs Wu is well' },
      resolves: true,
    }
    await api.box.post('/anomalies/clear', clear)
    await api.box.post('/anomalies/clear', clear)
    expect((await ladderOf(admin, id)).status).toBe('closed')
    expect((await ticketOf(id)).status).toBe('closed')
    const reliefs = sent(api, id).filter(({ kind }) => kind === 'relief')
    expect(new Set(reliefs.map(({ person }) => person)).size).toBe(reliefs.length)
    // Who was alarmed on their screen; the family has no way of its own on this box, and that is on record.
    // The grid was not asked yet, and hears nothing.
    expect(reliefs.map(({ person }) => person)).toEqual([`user:${staff.id}`])
    expect(reliefs[0]?.text).toContain('见到吴奶奶了，平安')
    await pass(24 * 60 * minute)
    expect(sent(api, id).filter(({ kind }) => kind === 'relief')).toHaveLength(1)
    expect(
      (await staff.post(`/tickets/${id}/ladder/answer`, { answer: 'going' })).json(),
    ).toMatchObject({ code: 'ladder.over' })
  })

  test('comes again while its ticket is open: a ladder of its own', async () => {
    const id = await unseen()
    await admin.post(`/tickets/${id}/actions/dispatch`, { assignee: grid.id })
    await grid.post(`/tickets/${id}/actions/accept`)
    const clear = { key: `resident.unseen:${elder}`, clearedAt: noon, resolves: true }
    const reason = { zh: '见到了', en: 'Seen' }
    await api.box.post('/anomalies/clear', { id: 'clr_2', ...clear, reason })
    expect((await ladderOf(admin, id)).status).toBe('closed')
    api.time.now += minute
    await unseen()
    expect(await ladderOf(admin, id)).toMatchObject({ status: 'running' })
  })

  test('a returned ticket goes on with the next; a rejected one ends it', async () => {
    const id = await unseen()
    await admin.post(`/tickets/${id}/actions/dispatch`, { assignee: grid.id })
    await grid.post(`/tickets/${id}/actions/accept`)
    await grid.post(`/tickets/${id}/actions/return`, { note: '我在外区' })
    expect(states(await ladderOf(admin, id)).slice(0, 2)).toEqual(['rested', 'running'])
    await admin.post(`/tickets/${id}/actions/reject`, { note: '演练' })
    expect((await ladderOf(admin, id)).status).toBe('cancelled')
  })

  test('marked away: it ends, and who was alarmed hears it; smoke goes on', async () => {
    const id = await unseen()
    const smoke = await raise(api, {
      type: 'smoke.alarm',
      key: 'smoke:1',
      subject: { kind: 'resident', id: elder },
    })
    await staff.post(`/care/${elder}/suspensions`, { reason: 'hospital' })
    expect((await ladderOf(admin, id)).status).toBe('cancelled')
    expect(sent(api, id).at(-1)).toMatchObject({ kind: 'relief' })
    expect((await ladderOf(admin, smoke)).status).toBe('running')
  })

  test('smoke: everybody at once, the ticket dispatched in the same second, a call is no proof', async () => {
    await admin.post('/devices', { id: 'siren-1', community: 'demo', name: '警号', type: 'siren' })
    const id = await raise(api, { type: 'smoke.alarm', key: 'smoke:2' })
    const begun = await ladderOf(admin, id)
    expect(states(begun)).toEqual([
      'running',
      'skipped',
      'running',
      'running',
      'skipped',
      'waiting',
    ])
    expect(begun.steps[0]?.told).toEqual([{ kind: 'device', id: 'siren-1', name: '警号' }])
    expect((await ticketOf(id)).status).toBe('dispatched')
    const fine = await staff.post(`/tickets/${id}/ladder/answer`, {
      step: 'community',
      answer: 'fine',
    })
    expect(fine.json()).toMatchObject({ status: 'running' })
  })

  test('a relative answers by the link of their message, once, without an account', async () => {
    const id = await unseen()
    await pass(5 * minute)
    const [, url = ''] = links(api, id)
    const page = await api.api.app.inject({ method: 'GET', url })
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('吴建安您好')
    expect(page.body).not.toContain('13812342207')
    const post = (payload: string) =>
      api.api.app.inject({
        method: 'POST',
        url,
        payload,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    expect((await post('answer=perhaps')).statusCode).toBe(400)
    expect((await post('answer=going&note=%E4%B8%8B%E7%8F%AD')).body).toContain('记下了')
    expect(await ladderOf(admin, id)).toMatchObject({
      status: 'held',
      takenBy: { kind: 'contact', name: '吴建安' },
    })
    expect((await post('answer=fine')).statusCode).toBe(409)
  })

  test('a link that was made up, has run out, or is tried too often, is nothing', async () => {
    const id = await unseen()
    const [url = ''] = links(api, id)
    const get = (path: string) => api.api.app.inject({ method: 'GET', url: path })
    expect((await get(`/api/v1/ladder/answer/${'A'.repeat(32)}`)).statusCode).toBe(404)
    api.time.now += 49 * 60 * minute
    expect((await get(url)).statusCode).toBe(404)
    const tries = await Promise.all(Array.from({ length: 40 }, () => get(url)))
    expect(tries.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThan(5)
  })

  test('minor matters call nobody: 204; the ladders are shown as they stand', async () => {
    const id = await raise(api, { type: 'light.out', key: 'light:1' })
    expect((await admin.get(`/tickets/${id}/ladder`)).statusCode).toBe(204)
    const { items } = (await admin.get('/ladders')).json<{ items: { id: string }[] }>()
    expect(items[0]?.id).toBe('unseen')
  })
})
