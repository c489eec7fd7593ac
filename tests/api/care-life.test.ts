import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayMs, hourMs } from '../../contracts/clock.ts'
import type { Roster } from '../../contracts/roster.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

let box: Box
let test: TestApi
let admin: Caller
const arrived: Record<string, unknown>[] = []
beforeAll(async () => {
  box = await startBox()
  box.answers.set('POST /care/signs', (body) => {
    arrived.push(body as Record<string, unknown>)
    return {}
  })
  box.answers.set('DELETE /faces/*', () => ({ templates: 1, pictures: 1 }))
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
})
afterAll(async () => {
  await test.close()
  await box.close()
})

const roster = async () => (await test.box.get('/gateway/roster')).json<Roster>()
const inRoster = async (id: string) => (await roster()).residents.find((item) => item.id === id)
const watch = { windowMs: dayMs }
const elder = async (): Promise<string> =>
  (await admin.post('/residents', { name: '吴秀兰', honorific: '吴奶奶', watch })).json().id
const unseen = (id: string, anomaly: string, type = 'resident.unseen') => ({
  id: anomaly,
  type,
  key: `${type}:demo:${id}`,
  severity: 'critical',
  community: 'demo',
  subject: { kind: 'resident', id, name: '吴奶奶' },
  title: { zh: '没见到', en: 'unseen' },
  raisedAt: test.time.now,
})

describe('what people say of somebody', () => {
  it('a call counts for what it was: who took it, or nobody', async () => {
    const id = await elder()
    const worker = await test.person('grid')
    arrived.length = 0
    const call = { answered: true, byWhom: 'self', note: '声音不错' }
    const made = await worker.post(`/care/${id}/calls`, call)
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({ ...call, resident: id, inForce: true })
    expect((await worker.post(`/care/${id}/calls`, { answered: false })).statusCode).toBe(201)
    const who = { answered: false, byWhom: 'self' }
    expect((await worker.post(`/care/${id}/calls`, who)).statusCode).toBe(400)
    expect(arrived).toMatchObject([
      { id: made.json().id, kind: 'call', resident: id, answered: true, byWhom: 'self' },
      { kind: 'call', resident: id, answered: false },
    ])
    // What was said is for people; the box learns only that it was.
    expect(JSON.stringify(arrived)).not.toContain('声音不错')
    expect((await worker.get(`/care/${id}/calls`)).json().items).toHaveLength(2)
  })

  it('a resident says for themself that all is well, and for nobody else', async () => {
    const [id, other] = [await elder(), await elder()]
    const me = await test.person('resident')
    expect((await me.post(`/care/${id}/checkins`, {})).statusCode).toBe(404)
    await admin.patch(`/users/${me.id}`, { resident: id })
    arrived.length = 0
    const said = await me.post(`/care/${id}/checkins`, { note: '都好' })
    expect(said.statusCode).toBe(201)
    expect(said.json()).toMatchObject({ resident: id, inForce: true })
    expect((await me.post(`/care/${other}/checkins`, {})).statusCode).toBe(404)
    expect((await me.get(`/care/${id}/checkins`)).statusCode).toBe(403)
    expect(arrived).toMatchObject([{ kind: 'checkin', resident: id, at: test.time.now }])
  })

  it('what the box cannot take now waits, and comes with the same id', async () => {
    const id = await elder()
    box.answers.set('POST /care/signs', (_body, _url, response) => {
      response.destroy()
    })
    const said = await admin.post(`/care/${id}/checkins`, {})
    expect(said.json().inForce).toBe(false)
    arrived.length = 0
    test.time.now += 1
    box.answers.set('POST /care/signs', (body) => {
      arrived.push(body as Record<string, unknown>)
      return {}
    })
    expect((await admin.post(`/care/${id}/checkins`, {})).json().inForce).toBe(true)
    expect(arrived[0]).toMatchObject({ id: said.json().id })
  })
})

describe('absences', () => {
  it('are listed with who said so; seen by the box, one ends at that moment and is over there too', async () => {
    const id = await elder()
    const from = test.time.now - dayMs
    const to = test.time.now + dayMs
    const away = (
      await admin.post(`/care/${id}/suspensions`, { from, to, reason: 'family', note: '去女儿家' })
    ).json()
    const list = async () => (await admin.get(`/care/${id}/suspensions`)).json().items
    expect(await list()).toMatchObject([
      { id: away.id, state: 'on', note: '去女儿家', endReason: null, by: { name: '管理员' } },
    ])
    const at = test.time.now - hourMs
    const data = { resident: id, suspension: away.id, at, what: 'face', where: '东门' }
    const event = {
      id: 'evt_returned',
      ts: at,
      community: 'demo',
      device: 'gateway',
      type: 'care.returned',
      data,
    }
    for (const community of ['other', 'demo'])
      await test.box.post('/gateway/events', {
        events: [{ ...event, id: `evt_${community}`, community }],
      })
    expect(await list()).toMatchObject([
      { to: at, state: 'over', endReason: 'seen', endedBy: 'Linli: face, 东门' },
    ])
    expect((await inRoster(id))?.away).toMatchObject([{ id: away.id, to: at, ended: true }])
  })
})

describe('a death', () => {
  it('ends watch, absence, card, account and open tickets at once, and nothing is recorded after it', async () => {
    const id = await elder()
    const me = await test.person('resident')
    await admin.patch(`/users/${me.id}`, { resident: id })
    await admin.post(`/care/${id}/suspensions`, { reason: 'hospital' })
    const holder = { kind: 'resident', id, name: '吴秀兰' }
    await admin.post('/credentials', { code: '87654321', holder })
    const ticket = (await test.box.post('/anomalies', unseen(id, 'ano_death'))).json().ticket
    const smoke = (await test.box.post('/anomalies', unseen(id, 'ano_smoke', 'smoke.alarm'))).json()
      .ticket
    const at = test.time.now - hourMs
    const recorded = await admin.post(`/residents/${id}/death`, { at, note: '家属告知' })
    expect(recorded.statusCode).toBe(201)
    expect(recorded.json()).toMatchObject({
      resident: id,
      at,
      undoUntil: test.time.now + 3 * dayMs,
    })
    const told = await roster()
    expect(told.residents.find((item) => item.id === id)?.watch).toBeNull()
    expect(told.cards.filter((card) => card.holder.id === id)).toEqual([])
    expect((await admin.get(`/residents/${id}`)).json()).toMatchObject({
      name: '吴秀兰',
      deceasedAt: at,
    })
    const closed = (await admin.get(`/tickets/${ticket.id}`)).json()
    expect(closed.status).toBe('closed')
    expect(closed.timeline.at(-1).note).toBe('吴秀兰已离世，看护到此为止。谢谢每一位照看过的人。')
    expect((await admin.get(`/tickets/${smoke.id}`)).json().status).not.toBe('closed')
    expect((await me.post(`/care/${id}/checkins`, {})).statusCode).toBe(401)
    for (const [path, body] of [
      ['visits', { seen: true }],
      ['calls', { answered: false }],
      ['checkins', {}],
      ['suspensions', { reason: 'away' }],
    ] as const)
      expect((await admin.post(`/care/${id}/${path}`, body)).json().code).toBe('resident.deceased')
    expect((await admin.patch(`/residents/${id}`, { watch })).json().code).toBe('resident.deceased')
    expect((await admin.post(`/residents/${id}/death`, {})).json().code).toBe('resident.deceased')
  })

  it('recorded by mistake is undone: the watch begins anew, the card opens again', async () => {
    const id = await elder()
    const holder = { kind: 'resident', id, name: '吴秀兰' }
    await admin.post('/credentials', { code: '11223344', holder })
    await admin.post(`/residents/${id}/death`, {})
    test.time.now += dayMs
    expect((await admin.delete(`/residents/${id}/death`)).statusCode).toBe(200)
    const told = await roster()
    expect(told.residents.find((item) => item.id === id)?.watch).toEqual({
      windowMs: dayMs,
      since: test.time.now,
    })
    expect(told.cards.filter((card) => card.holder.id === id)).toHaveLength(1)
    expect((await admin.get(`/residents/${id}`)).json().deceasedAt).toBeUndefined()
    expect((await admin.delete(`/residents/${id}/death`)).statusCode).toBe(404)
    await admin.post(`/residents/${id}/death`, {})
    test.time.now += 3 * dayMs + 1
    expect((await admin.delete(`/residents/${id}/death`)).json().code).toBe('resident.deceased')
  })
})
