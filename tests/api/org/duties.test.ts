import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type TestApi, startTestApi } from '../support/api.ts'

let test: TestApi
let admin: Caller
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
})
afterAll(() => test.close())

const hour = 3_600_000
const unitFor = async (category: string, more = '') =>
  (await admin.get(`/duties/responsible?category=${category}&community=demo${more}`)).json().unit
const write = (body: object, by = admin) => by.post('/duties', { reason: '会议纪要', ...body })

describe('the duty list', () => {
  it('begins as the file has it: the narrower category wins', async () => {
    expect(await unitFor('C0205')).toBe('lift-service')
    expect(await unitFor('C0304')).toBe('property')
    expect(await unitFor('NO')).toBeNull()
  })

  it('changes from a date on, and tells who answered before', async () => {
    const { now } = test.time
    const later = now + 24 * hour
    const made = await write({
      category: 'C0304',
      area: 'demo',
      unit: 'power-company',
      from: later,
    })
    expect(made.statusCode, made.body).toBe(201)
    expect(await unitFor('C0304')).toBe('property')
    expect(await unitFor('C0304', `&at=${later}`)).toBe('power-company')
    test.time.now = later + hour
    expect(await unitFor('C0304')).toBe('power-company')
    await write({ category: 'C0304', area: 'demo', unit: 'lift-service' })
    expect(await unitFor('C0304')).toBe('lift-service')
    expect(await unitFor('C0304', `&at=${later}`)).toBe('power-company')
    expect(await unitFor('C0304', `&at=${now}`)).toBe('property')
    const history = (await admin.get('/duties?category=C0304&history=true')).json().items
    expect(history.map(({ unit, to }: { unit: string; to: number }) => [unit, to])).toEqual([
      ['lift-service', null],
      ['power-company', test.time.now],
    ])
    expect((await admin.delete(`/duties/${history[1].id}`)).statusCode).toBe(404)
    expect((await admin.delete(`/duties/${history[0].id}`)).statusCode).toBe(204)
    expect(await unitFor('C0304')).toBe('property')
  })

  it('takes no word for the past, of the unknown, without a reason, or from somebody with another area', async () => {
    const code = async (body: object, by = admin) => (await write(body, by)).statusCode
    expect(await code({ category: 'C', unit: 'property', from: test.time.now - 1 })).toBe(400)
    expect(await code({ category: 'NO', unit: 'property' })).toBe(400)
    expect(await code({ category: 'C', unit: 'nobody' })).toBe(400)
    expect(await code({ category: 'C', unit: 'property', area: 'nowhere' })).toBe(400)
    expect(await code({ category: 'C', unit: 'property', reason: '  ' })).toBe(400)
    const own = await test.person('supervisor')
    expect(await code({ category: 'C0601', unit: 'property', area: 'demo-grid-1' }, own)).toBe(201)
    expect(await code({ category: 'C0601', unit: 'property', area: 'hehua-street' }, own)).toBe(404)
    expect(await code({ category: 'C0601', unit: 'property' }, own)).toBe(404)
    const staff = await test.person('staff')
    expect(await code({ category: 'C0601', unit: 'property', area: 'demo' }, staff)).toBe(403)
    const stranger = await test.person('staff', ['home'])
    const seen = (await stranger.get('/duties?category=C0601')).json().items
    expect(seen).toEqual([])
  })

  it('is paged without losing a line', async () => {
    const all = (await admin.get('/duties?limit=1000')).json().items.length
    const first = (await admin.get('/duties?limit=7')).json()
    const rest = (await admin.get(`/duties?limit=1000&cursor=${first.next}`)).json()
    expect(first.items.length + rest.items.length).toBe(all)
  })
})

describe('a dispute', () => {
  let unit: Caller
  let supervisor: Caller
  beforeAll(async () => {
    unit = await test.person('unit', ['demo'], 'property')
    supervisor = await test.person('supervisor')
  })
  const sent = async (category = 'C0309', to = 'property'): Promise<string> => {
    const { id } = (await admin.post('/tickets', { title: '下水道堵', category })).json()
    await admin.post(`/tickets/${id}/actions/file`)
    await admin.post(`/tickets/${id}/actions/dispatch`, { unit: to })
    return id
  }
  const dispute = (id: string, by = unit) =>
    by.post(`/tickets/${id}/disputes`, { reason: '市政管网，不归物业', proposed: 'water-company' })

  it('takes the ticket back to the desk; the ruling sends it on and changes the list', async () => {
    const id = await sent()
    const opened = await dispute(id)
    expect(opened.statusCode, opened.body).toBe(201)
    expect(opened.json()).toMatchObject({
      ticket: id,
      unit: 'property',
      area: 'demo',
      ruling: null,
    })
    expect((await admin.get(`/tickets/${id}`)).json()).toMatchObject({
      status: 'filed',
      unit: null,
      flags: ['returned'],
    })
    const waiting = (await supervisor.get('/disputes?open=true')).json().items
    expect(waiting).toEqual([opened.json()])
    const body = { unit: 'water-company', reason: '红线外管网由自来水公司负责', duty: {} }
    const path = `/disputes/${opened.json().id}/ruling`
    const ruled = await supervisor.post(path, body)
    expect(ruled.statusCode, ruled.body).toBe(200)
    expect(ruled.json().ruling).toMatchObject({ unit: 'water-company', at: test.time.now })
    expect((await admin.get(`/tickets/${id}`)).json()).toMatchObject({
      status: 'dispatched',
      unit: 'water-company',
    })
    expect(await unitFor('C0309')).toBe('water-company')
    const [line] = (await admin.get('/duties?category=C0309')).json().items
    expect(line).toMatchObject({ id: ruled.json().ruling.duty, dispute: opened.json().id })
    expect((await supervisor.post(path, body)).json().code).toBe('dispute.ruled')
    expect((await supervisor.get('/disputes?open=true')).json().items).toEqual([])
  })

  it('binds: who was ruled to have the ticket cannot dispute it again', async () => {
    const id = await sent('C0307')
    const opened = (await dispute(id)).json()
    await supervisor.post(`/disputes/${opened.id}/ruling`, { unit: 'property', reason: '室内漏水' })
    expect((await admin.get(`/tickets/${id}`)).json()).toMatchObject({ unit: 'property' })
    const again = await dispute(id)
    expect([again.statusCode, again.json().code]).toEqual([409, 'dispute.ruled'])
    // The list was not asked to change.
    expect(await unitFor('C0307')).toBe('property')
  })

  it('is for who has the ticket, and is ruled on by who is above, in the same area', async () => {
    const id = await sent('C0307', 'gas-company')
    expect((await dispute(id)).statusCode).toBe(404)
    const gas = await test.person('unit', ['demo'], 'gas-company')
    const { id: opened } = (await dispute(id, gas)).json()
    const body = { unit: 'property', reason: '室内漏水' }
    expect((await gas.post(`/disputes/${opened}/ruling`, body)).statusCode).toBe(403)
    const stranger = await test.person('supervisor', ['home'])
    expect((await stranger.post(`/disputes/${opened}/ruling`, body)).statusCode).toBe(404)
    expect((await stranger.get('/disputes')).json().items).toEqual([])
    const refused = await supervisor.post(`/disputes/${opened}/ruling`, { ...body, unit: 'nobody' })
    expect(refused.statusCode).toBe(400)
    expect((await admin.get(`/tickets/${id}`)).json().status).toBe('filed')
  })
})
