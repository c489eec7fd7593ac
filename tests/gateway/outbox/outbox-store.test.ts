import { afterEach, describe, expect, test } from 'vitest'
import type { Database } from 'better-sqlite3'
import { createOutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import { anomaly, clear, event, openOutbox } from './support.ts'

const open: Database[] = []
const outbox = () => {
  const db = openOutbox()
  open.push(db)
  return db
}
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

describe('outbox store', () => {
  test('gives back what was put, in the order of putting, whatever the times say', () => {
    const store = createOutboxStore(outbox())
    const items = [anomaly(3), event(9), clear(3), event(1, 'device.seen')]
    for (const item of items) store.put(item)
    expect(store.peek(10)).toMatchObject(items)
    expect(store.peek(2).map((item) => item.id)).toEqual(['ano_3', 'evt_9'])
    expect(store.depth()).toMatchObject({ rows: 4, oldestAt: 3, poisoned: 0 })
  })

  test('the same id is queued once: the pipeline may put again after a replay', () => {
    const store = createOutboxStore(outbox())
    expect(store.put(anomaly(1))).toBe('queued')
    expect(store.put(anomaly(1))).toBe('repeat')
    expect(store.depth().rows).toBe(1)
    expect(store.remove(['ano_1', 'ano_1', 'never'])).toBe(1)
    expect(store.depth()).toMatchObject({ rows: 0, bytes: 0, oldestAt: null })
  })

  test('belongs to the transaction of the caller: nothing goes up that was not committed', () => {
    const db = outbox()
    const store = createOutboxStore(db)
    const failed = db.transaction(() => {
      store.put(anomaly(1))
      throw new Error('rolled back')
    })
    expect(failed).toThrow('rolled back')
    expect(store.peek(1)).toEqual([])
    expect(store.depth()).toMatchObject({ rows: 0, bytes: 0 })
  })

  test('when the bound bites the oldest sightings go, then other events; anomalies and doors never', () => {
    const store = createOutboxStore(outbox(), { rowsMax: 5 })
    const kept = [anomaly(1), clear(2), event(3, 'access.granted'), event(4, 'vehicle.passed')]
    store.put(event(90, 'device.seen'))
    store.put(event(91))
    store.put(event(92))
    for (const item of kept) store.put(item)
    expect(store.peek(10).map((item) => item.id)).toEqual([
      'evt_90',
      'ano_1',
      'clr_2',
      'evt_3',
      'evt_4',
    ])
    store.put(anomaly(5))
    store.put(anomaly(6))
    expect(store.peek(10).map((item) => item.id)).toEqual([
      'ano_1',
      'clr_2',
      'evt_3',
      'evt_4',
      'ano_5',
      'ano_6',
    ])
    expect(store.depth().dropped).toEqual({ sighting: 2, event: 1, poison: 0 })
  })

  test('the bound on bytes works in the same way', () => {
    const store = createOutboxStore(outbox(), { bytesMax: 10_000 })
    for (let n = 0; n < 50; n += 1) store.put(event(n, 'sighting', { text: 'x'.repeat(500) }))
    expect(store.depth().bytes).toBeLessThanOrEqual(10_000)
    expect(store.peek(1)[0]?.id).not.toBe('evt_0')
    expect(store.depth().rows + store.depth().dropped.sighting).toBe(50)
  })

  test('one look never carries more than a bound of bytes, but always one item', () => {
    const store = createOutboxStore(outbox(), { peekBytesMax: 2_000 })
    store.put(event(0, 'sighting', { text: 'x'.repeat(5_000) }))
    for (let n = 1; n < 50; n += 1) store.put(event(n, 'sighting', { text: 'x'.repeat(500) }))
    expect(store.peek(50)).toHaveLength(1)
    store.remove(['evt_0'])
    expect(store.peek(50)).toHaveLength(3)
  })

  test('check 24: a poisoned item leaves the queue, is kept with its error, bounded, and stays out', () => {
    const db = outbox()
    const store = createOutboxStore(db, { poisonMax: 2 })
    for (let n = 1; n <= 4; n += 1) store.put(anomaly(n))
    for (let n = 1; n <= 3; n += 1) expect(store.poison(`ano_${n}`, '422 bad', 77)).toBe(true)
    expect(store.poison('ano_1', 'again')).toBe(false)
    expect(store.peek(9).map((item) => item.id)).toEqual(['ano_4'])
    expect(store.depth()).toMatchObject({ rows: 1, poisoned: 2, dropped: { poison: 1 } })
    expect(store.put(anomaly(3))).toBe('repeat')
    expect(
      db.prepare('SELECT id, error, poisoned_at FROM outbox_poison ORDER BY seq').all(),
    ).toEqual([
      { id: 'ano_2', error: '422 bad', poisoned_at: 77 },
      { id: 'ano_3', error: '422 bad', poisoned_at: 77 },
    ])
  })

  test('the order outlives removals and a new start: numbers are never given twice', () => {
    const db = outbox()
    const store = createOutboxStore(db)
    store.put(anomaly(1))
    store.put(anomaly(2))
    store.remove(['ano_2'])
    const again = createOutboxStore(db)
    again.put(anomaly(3))
    expect(again.peek(9).map((item) => item.id)).toEqual(['ano_1', 'ano_3'])
  })
})
