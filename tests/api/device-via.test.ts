import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeviceHealth } from '../../contracts/device-health.ts'
import type { DeviceState } from '../../contracts/private-api.ts'
import type { RosterChange } from '../../contracts/roster.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

let box: Box
let test: TestApi
let admin: Caller
let events = 0
beforeAll(async () => {
  box = await startBox()
  test = await startTestApi({ gatewayUrl: box.url })
  admin = await test.admin()
})
afterAll(async () => {
  await test.close()
  await box.close()
})

const tell = async (device: string, type: string, data: object): Promise<void> => {
  const event = { id: `e${++events}`, ts: events, community: 'demo', device, type, data }
  const answer = await test.box.post('/gateway/events', { events: [event] })
  expect(answer.json().stored).toBe(1)
}
const seen = (id: string, via: string | null, more: object = {}): Promise<void> =>
  tell(id, 'device.seen', {
    client: 'bridge',
    info: { type: 'smoke', adapter: 'zigbee2mqtt', ...(via === null ? {} : { via }), ...more },
  })
const viaOf = async (id: string): Promise<unknown> => (await admin.get(`/devices/${id}`)).json().via
/** By the last change that the box was sent of it. */
const viaAtTheBox = (id: string): unknown =>
  box.bodies
    .flatMap((body) => (body as RosterChange | null)?.devices?.upsert ?? [])
    .findLast((device) => device.id === id)?.via

describe('what a device hangs on, by its own word', () => {
  it('is in force when the bridge is known, and goes to the box', async () => {
    await seen('hub-1', null, { type: 'bridge' })
    await seen('lamp-1', 'hub-1')
    expect(await viaOf('lamp-1')).toBe('hub-1')
    await expect.poll(() => viaAtTheBox('lamp-1')).toBe('hub-1')
  })

  it('waits for a bridge that comes later, also where the device has been approved by then', async () => {
    await seen('lamp-2', 'hub-2')
    await seen('lamp-3', 'hub-2')
    await admin.post('/devices/lamp-3/approve')
    const before = (await admin.get('/devices/lamp-2')).json()
    expect([before.via, before.origin.via]).toEqual([null, 'hub-2'])
    await seen('hub-2', null, { type: 'bridge' })
    expect([await viaOf('lamp-2'), await viaOf('lamp-3')]).toEqual(['hub-2', 'hub-2'])
    await expect.poll(() => viaAtTheBox('lamp-3')).toBe('hub-2')
    await seen('lamp-4', 'hub-3')
    await admin.post('/devices', { id: 'hub-3', type: 'bridge' })
    expect(await viaOf('lamp-4')).toBe('hub-3')
  })

  it('follows the device to another bridge, and ends when it names none', async () => {
    await seen('lamp-1', 'hub-2')
    expect(await viaOf('lamp-1')).toBe('hub-2')
    await admin.post('/devices/lamp-1/approve')
    await seen('lamp-1', 'hub-1')
    expect(await viaOf('lamp-1')).toBe('hub-1')
    await seen('lamp-1', null)
    expect(await viaOf('lamp-1')).toBe(null)
  })

  it('counts nothing against a person, whether they named a parent or said there is none', async () => {
    await admin.post('/devices', { id: 'switch-1', type: 'switch' })
    expect((await admin.patch('/devices/lamp-2', { via: 'switch-1' })).statusCode).toBe(200)
    await seen('lamp-2', 'hub-1')
    expect(await viaOf('lamp-2')).toBe('switch-1')
    await admin.patch('/devices/lamp-3', { via: null })
    await seen('lamp-3', 'hub-1')
    expect(await viaOf('lamp-3')).toBe(null)
    const item = (await admin.get('/devices/lamp-3')).json()
    expect(item.origin.via).toBe('hub-1')
  })

  it('is not taken where it would make a ring', async () => {
    await seen('a', 'a')
    expect(await viaOf('a')).toBe(null)
    await seen('b', 'a')
    await seen('a', 'b')
    expect([await viaOf('a'), await viaOf('b')]).toEqual([null, 'a'])
    await seen('late-1', 'late-2')
    await seen('late-2', 'late-1')
    expect([await viaOf('late-1'), await viaOf('late-2')]).toEqual([null, 'late-1'])
  })
})

describe('what a device hangs on, by the word of a person', () => {
  it('is refused for a ring, a ninth level and a device that is not there', async () => {
    await admin.post('/devices', { id: 'r0', type: 'switch' })
    for (let i = 1; i <= 8; i++)
      await admin.post('/devices', { id: `r${i}`, type: 'switch', via: `r${i - 1}` })
    const patched = async (id: string, via: string): Promise<unknown[]> => {
      const answer = await admin.patch(`/devices/${id}`, { via })
      return [answer.statusCode, answer.json().code ?? null]
    }
    expect(await viaOf('r8')).toBe('r7')
    expect(await patched('r0', 'r0')).toEqual([422, 'device.via-ring'])
    expect(await patched('r0', 'r2')).toEqual([422, 'device.via-ring'])
    const ninth = await admin.post('/devices', { id: 'r9', type: 'switch', via: 'r8' })
    expect([ninth.statusCode, ninth.json().code]).toEqual([422, 'device.via-ring'])
    expect(await patched('r1', 'nobody')).toEqual([400, 'request.invalid'])
    expect(await viaOf('r1')).toBe('r0')
    expect(await patched('r2', 'switch-1')).toEqual([200, null])
  })

  it('stands beside the health that the box knows, and without the box health is null', async () => {
    const health: DeviceHealth = {
      state: 'offline',
      since: 5,
      cause: 'device.offline:demo:via/switch-1',
      cadence: { typicalMs: 60_000, silentAfterMs: 180_000, source: 'learned' },
      battery: null,
      clockOffsetMs: null,
    }
    const state: DeviceState = {
      community: 'demo',
      id: 'r3',
      online: null,
      lastSeenAt: 4,
      lastValues: {},
      health,
    }
    box.answers.set('GET /devices', () => ({ items: [state] }))
    const listed = async (): Promise<Record<string, unknown>> =>
      (await admin.get('/devices?type=switch&limit=100'))
        .json()
        .items.find(({ id }: { id: string }) => id === 'r3')
    expect(await listed()).toMatchObject({ via: 'r2', health })
    box.answers.delete('GET /devices')
    expect(await listed()).toMatchObject({ via: 'r2', health: null })
  })
})
