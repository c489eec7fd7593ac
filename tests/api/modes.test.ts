import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RosterBook } from '../../gateway/model/roster-book.ts'
import { type Caller, startTestApi, type TestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

const hour = 3_600_000
let box: Box
let test: TestApi
let admin: Caller
beforeAll(async () => {
  box = await startBox()
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
})
afterAll(async () => {
  await test.close()
  await box.close()
})

describe('modes', () => {
  it('are declared with who and why, reach the box at once, and end by themselves', async () => {
    const { now } = test.time
    const answer = await admin.put('/modes/heat-wave', {
      reason: '橙色高温预警',
      to: now + 48 * hour,
    })
    expect(answer.statusCode).toBe(200)
    const { inForce, active, ...mode } = answer.json()
    expect([inForce, active]).toEqual([true, true])
    expect(mode).toMatchObject({ mode: 'heat-wave', community: 'demo', from: now, by: '管理员' })
    expect(box.roster.modes).toEqual([mode])
    const book = new RosterBook()
    book.replace(box.roster)
    expect(book.activeModes('demo', now)).toEqual([mode])
    expect(book.activeModes('demo', now - 1)).toEqual([])
    expect(book.activeModes('demo', now + 48 * hour)).toEqual([])
    expect(book.activeModes('elsewhere', now)).toEqual([])
  })

  it('are replaced by a new word and ended by hand', async () => {
    const { now } = test.time
    await admin.put('/modes/flood', { reason: '暴雨', from: now + hour })
    const again = await admin.put('/modes/flood', { reason: '暴雨红色预警' })
    const listed = (await admin.get('/modes')).json().items
    const { inForce: _inForce, ...standing } = again.json()
    expect(listed.filter(({ mode }: { mode: string }) => mode === 'flood')).toEqual([standing])
    expect((await admin.delete('/modes/flood')).json()).toEqual({ inForce: true })
    expect(box.roster.modes?.map(({ mode }) => mode)).not.toContain('flood')
    expect((await admin.delete('/modes/flood')).statusCode).toBe(404)
  })

  it('are refused without a reason, for a past time, for ever, and of another kind', async () => {
    const { now } = test.time
    const put = async (mode: string, body: object) =>
      (await admin.put(`/modes/${mode}`, body)).statusCode
    expect(await put('flood', { reason: '  ' })).toBe(400)
    expect(await put('flood', { reason: 'why', to: now - 1 })).toBe(400)
    expect(await put('flood', { reason: 'why', from: now + 400 * 24 * hour })).toBe(400)
    expect(await put('storm', { reason: 'why' })).toBe(400)
    expect(await put('flood', { reason: 'why', community: '../x' })).toBe(400)
  })
})
