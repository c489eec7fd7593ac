import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FireInputs } from '../../gateway/access/fire-inputs.ts'
import { aDoor, card, community, now, stand } from '../gateway/access/door-stand.ts'

const devices = [
  aDoor({
    fireInput: 'smoke-1',
    openMs: 4_000,
    schedule: [{ days: [1], from: '00:00', to: '00:01' }],
  }),
  aDoor({ fireInput: 'smoke-1', methods: ['card'] }, { id: 'door-2' }),
  aDoor({ fireInput: 'smoke-2' }, { id: 'door-3' }),
  aDoor({ fireInput: 'smoke-1' }, { id: 'door-4', state: 'blocked' }),
  aDoor({ fireInput: 'smoke-1' }, { id: 'door-5', community: 'other' }),
]
const unlocked = (order: readonly string[], door: string): number =>
  order.filter((what) => what.startsWith(`door.unlock ${door} `)).length

describe('check 36: a fire input opens the doors, whatever else they are told', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('at once, before anything is written, and again as long as it stands', async () => {
    const at = stand({ devices, cards: [card('c-1')] })
    at.doors.fire(community, 'smoke-1', true)
    expect(at.order.slice(0, 2)).toEqual(['door.unlock door-1 4', 'fire'])
    expect(unlocked(at.order, 'door-2')).toBe(1)
    await vi.advanceTimersByTimeAsync(20_500)
    expect(unlocked(at.order, 'door-1')).toBe(6)
    expect(unlocked(at.order, 'door-2')).toBe(5)
    for (const other of ['door-3', 'door-4', 'door-5']) expect(unlocked(at.order, other)).toBe(0)
    // One decision per fire, not one per command.
    expect(at.facts).toMatchObject([
      { door: 'door-1', method: 'fire', reason: 'fire', granted: true, holder: null },
      { door: 'door-2', method: 'fire' },
    ])
    at.doors.fire(community, 'smoke-1', true)
    at.doors.fire(community, 'smoke-1', false)
    const last = at.order.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(at.order).toHaveLength(last)
    at.doors.fire(community, 'smoke-1', true)
    expect(unlocked(at.order, 'door-1')).toBe(7)
    await at.doors.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(unlocked(at.order, 'door-1')).toBe(7)
  })

  test('a door that is taken off the roster meanwhile is told nothing more', async () => {
    const at = stand({ devices })
    at.doors.fire(community, 'smoke-1', true)
    at.book.replace({ ...at.book.snapshot(), version: 2, devices: devices.slice(1) })
    await vi.advanceTimersByTimeAsync(20_500)
    expect(unlocked(at.order, 'door-1')).toBe(1)
    expect(unlocked(at.order, 'door-2')).toBe(5)
    await at.doors.close()
  })

  test('smoke, fire and gas of the named device count, until the last of them is over', () => {
    const { book } = stand({ devices })
    const inputs = new FireInputs(book)
    const heard = (name: string, value: unknown, device = 'smoke-1', ageMs = 0): boolean | null =>
      inputs.reading({ community, device, name, value, ts: now - ageMs, receivedAt: now })
    expect(inputs.isInput(community, 'smoke-1')).toBe(true)
    expect(inputs.isInput(community, 'smoke-9')).toBe(false)
    expect(heard('smoke', false)).toBeNull()
    expect(heard('smoke', true)).toBe(true)
    expect(heard('smoke', true)).toBeNull()
    expect(heard('gas', true)).toBeNull()
    expect(heard('smoke', false)).toBeNull()
    expect(heard('gas', false)).toBe(false)
    expect(heard('fire', true)).toBe(true)
    expect(heard('fire', false)).toBe(false)
    for (const value of ['true', 1, null]) expect(heard('smoke', value)).toBeNull()
    expect(heard('temperature', true)).toBeNull()
    expect(heard('smoke', true, 'smoke-9')).toBeNull()
    // What a sensor remembers from an hour ago is no fire now.
    expect(heard('smoke', true, 'smoke-1', 3_600_000)).toBeNull()
  })
})
