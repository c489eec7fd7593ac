import { describe, expect, test } from 'vitest'
import type { AccessFact } from '../../../gateway/model/input.ts'
import { PassageBook } from '../../../gateway/access/passback.ts'
import { aDoor, card, community, now, stand } from './door-stand.ts'

const place = { name: '东门' }
const gates = (antiPassback: 'off' | 'soft' | 'hard') => [
  aDoor({ direction: 'in', antiPassback }, { id: 'in', place }),
  aDoor({ direction: 'out', antiPassback }, { id: 'out', place }),
  aDoor({ direction: 'in', antiPassback }, { id: 'other-in', place: { name: '西门' } }),
  aDoor({ direction: 'both', antiPassback }, { id: 'both', place }),
]
const cards = [
  card('c-1'),
  card('c-2', { holder: { kind: 'resident', id: 'res_2', name: 'res_2' } }),
]

describe('anti-passback', () => {
  test.each([
    ['hard', ['in', 'in'], ['ok', 'anti-passback'], 1],
    ['soft', ['in', 'in'], ['ok', 'anti-passback'], 2],
    ['off', ['in', 'in'], ['ok', 'ok'], 2],
    ['hard', ['in', 'out', 'in', 'out'], ['ok', 'ok', 'ok', 'ok'], 4],
    ['hard', ['out', 'out'], ['ok', 'anti-passback'], 1],
    ['hard', ['in', 'both', 'both'], ['ok', 'ok', 'ok'], 3],
    ['hard', ['in', 'other-in'], ['ok', 'ok'], 2],
  ] as const)('%s: %o', async (mode, doors, reasons, opened) => {
    const at = stand({ devices: gates(mode), cards })
    for (const door of doors) await at.present({ code: 'c-1' }, { door })
    expect(at.order.filter((what) => what.startsWith('door.unlock'))).toHaveLength(opened)
    expect(at.reasons()).toEqual(reasons)
  })

  test('is per person, says its direction, and ends after twelve hours', async () => {
    const at = stand({ devices: gates('hard'), cards })
    await at.present({ code: 'c-1' }, { door: 'in' })
    await at.present({ code: 'c-2' }, { door: 'in' })
    expect(at.facts).toMatchObject([{ direction: 'in' }, { direction: 'in' }])
    at.advance(12 * 3_600_000)
    await at.present({ code: 'c-1' }, { door: 'in' })
    expect(at.reasons()).toEqual(['ok', 'ok', 'ok'])
  })

  // Nobody could ever clear it: where no reader sees people leave, only a card handed back is stopped.
  test('holds for two minutes only where no door of the place leads out', async () => {
    const at = stand({ devices: gates('hard'), cards })
    await at.present({ code: 'c-1' }, { door: 'other-in' })
    at.advance(60_000)
    await at.present({ code: 'c-1' }, { door: 'other-in' })
    at.advance(61_000)
    await at.present({ code: 'c-1' }, { door: 'other-in' })
    expect(at.reasons()).toEqual(['ok', 'anti-passback', 'ok'])
  })

  test('a refused passage leaves no trace', async () => {
    const closed = { schedule: [{ days: [1], from: '00:00', to: '01:00' }] }
    const [first, ...rest] = gates('hard')
    const devices = [
      aDoor({ ...first?.door, ...closed }, { id: 'shut', place }),
      first ?? aDoor(),
      ...rest,
    ]
    const at = stand({ devices, cards })
    await at.present({ code: 'c-1' }, { door: 'shut' })
    await at.present({ code: 'c-1' }, { door: 'in' })
    expect(at.reasons()).toEqual(['outside-schedule', 'ok'])
  })

  test('what a terminal reports counts, and what was restored', async () => {
    const at = stand({ devices: gates('hard'), cards })
    await at.doors.reported(community, 'in', { id: 'r1', granted: true, person: 'res_1' })
    const later = stand({ devices: gates('hard'), cards })
    later.passages.restore(at.passages.memory())
    await later.present({ code: 'c-1' }, { door: 'in' })
    expect(later.reasons()).toEqual(['anti-passback'])
  })
})

test('the book is bounded: the oldest is forgotten, and counted', () => {
  const book = new PassageBook({ passagesMax: 2, visitorsMax: 2 })
  const fact = (id: string): AccessFact => ({
    kind: 'access',
    community,
    door: 'in',
    ts: now,
    receivedAt: now,
    granted: true,
    holder: { kind: 'visitor', id, name: id },
    reason: 'ok',
    direction: 'in',
  })
  for (const id of ['v1', 'v2', 'v3']) book.note(fact(id), 'area')
  expect(book.memory().passages).toHaveLength(2)
  expect(book.memory().entries.map(({ visitor }) => visitor)).toEqual(['v2', 'v3'])
  expect(book.forgotten).toBe(2)
  expect(book.takeLost()).toMatchObject({ passages: [expect.any(String)], visitors: ['v1'] })
  expect(book.takeLost()).toEqual({ passages: [], visitors: [] })
  expect(book.keepVisitors((id) => id === 'v3')).toEqual(['v2'])
  expect(book.keepSince(now + 12 * 3_600_000)).toHaveLength(2)
  expect(book.memory().passages).toEqual([])
})
