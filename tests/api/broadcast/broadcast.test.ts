import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BroadcastDetail } from '../../../contracts/http/broadcast.ts'
import type { CommandRequest } from '../../../contracts/private-api.ts'
import { nextWeekly } from '../../../api/broadcast/schedule.ts'
import { createWallClock } from '../../../api/notify/wall-clock.ts'
import { type TestApi, noon, startTestApi } from '../support/api.ts'
import { type Box, startBox } from '../support/box.ts'

let test: TestApi
let box: Box
let told: CommandRequest[]

beforeEach(async () => {
  box = await startBox()
  told = []
  box.answers.set('POST /commands', (body) => {
    const request = body as CommandRequest
    told.push(request)
    const outcome = request.device === 'speaker-deaf' ? 'expired' : 'done'
    return { id: `c-${told.length}`, outcome, error: null }
  })
  test = await startTestApi({ gatewayUrl: box.url })
  const admin = await test.admin()
  for (const [id, name] of [
    ['speaker-3', '3 栋 大厅'],
    ['speaker-5', '5 栋 大厅'],
    ['speaker-deaf', '5 栋 车库'],
  ])
    await admin.post('/devices', { id, type: 'speaker', name: id, place: { name } })
})
afterEach(async () => {
  await test.close()
  await box.close()
})

const settled = async (id: string): Promise<BroadcastDetail> => {
  const admin = await test.admin()
  for (let i = 0; i < 100; i += 1) {
    await test.api.app.ready()
    const detail = (await admin.get(`/broadcasts/${id}`)).json<BroadcastDetail>()
    if (detail.state === 'done') return detail
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('it was never done')
}

it('speaks an emergency template to an area, with the answer of each loudspeaker', async () => {
  const staff = await test.person('staff')
  const made = await staff.post('/broadcasts', { template: 'fire', areas: ['5栋'] })
  expect(made.statusCode).toBe(201)
  const detail = await settled(made.json<BroadcastDetail>().id)
  expect(detail.receipts.map(({ device, state }) => [device, state])).toEqual([
    ['speaker-5', 'done'],
    ['speaker-deaf', 'expired'],
  ])
  expect(told[0]).toMatchObject({
    name: 'speaker.say',
    args: { priority: 'emergency', lang: 'zh', repeat: 3 },
  })
})

it('keeps quiet at night but for emergencies, and can be cancelled', async () => {
  test.time.now = noon + 11 * 3_600_000
  const staff = await test.person('staff')
  const made = await staff.post('/broadcasts', { text: '明天停水' })
  const { id } = made.json<BroadcastDetail>()
  for (let i = 0; i < 50; i += 1) {
    const now = (await staff.get(`/broadcasts/${id}`)).json<BroadcastDetail>()
    if (now.nextAt === noon + 19 * 3_600_000) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(told).toEqual([])
  const cancelled = await staff.post(`/broadcasts/${id}/cancel`)
  expect(cancelled.json()).toMatchObject({ state: 'cancelled', nextAt: null })
})

it('refuses what nobody would hear, and who may not speak', async () => {
  const staff = await test.person('staff')
  const nowhere = await staff.post('/broadcasts', { text: 'x', areas: ['9栋'] })
  expect(nowhere.statusCode).toBe(400)
  expect((await staff.post('/broadcasts', {})).statusCode).toBe(400)
  const grid = await test.person('grid')
  expect((await grid.post('/broadcasts', { text: 'x' })).statusCode).toBe(403)
})

it('knows the next time of a week', () => {
  const wall = createWallClock('Asia/Shanghai')
  // noon is a Friday, 12:00.
  const at = nextWeekly({ days: [1, 5], time: '08:30' }, noon, wall)
  expect(wall.at(at)).toEqual({ weekday: 1, minute: 510 })
  expect(nextWeekly({ days: [5], time: '12:00' }, noon, wall)).toBe(noon + 7 * 86_400_000)
})
