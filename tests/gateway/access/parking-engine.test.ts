import { describe, expect, test } from 'vitest'
import { ParkingBook, unseenExit } from '../../../gateway/access/parking-book.ts'
import { createParkingEngine } from '../../../gateway/access/parking-engine.ts'
import type { AccessFact } from '../../../gateway/model/input.ts'
import type { StateRow } from '../../../gateway/model/engine.ts'
import { barrierDevice, community, stand } from './barrier-stand.ts'

const { roster } = stand([barrierDevice()])
const passage = (plate: string, direction: 'in' | 'out', ts: number): AccessFact => ({
  kind: 'access',
  community,
  door: 'arm-1',
  ts,
  granted: true,
  holder: null,
  reason: 'ok',
  receivedAt: ts,
  method: 'plate',
  plate,
  direction,
})

describe('parking sessions on disk', () => {
  test('an engine that is restored from its rows knows what the one before it knew', () => {
    const rows = new Map<string, string>()
    const save = (changed: readonly StateRow[]): void => {
      for (const { key, value } of changed)
        if (value === null) rows.delete(key)
        else rows.set(key, value)
    }
    const first = createParkingEngine({ roster }, { endedMax: 2 })
    for (let i = 0; i < 5; i += 1) {
      expect(first.apply(passage(`皖A0000${i}`, 'in', 10 * i))).toEqual([])
      if (i > 0) first.apply(passage(`皖A0000${i}`, 'out', 10 * i + 5))
      save(first.takeDirty())
    }
    const second = createParkingEngine({ roster }, { endedMax: 2 })
    second.restore([...rows].map(([key, value]) => ({ key, value })))
    expect(second.sessions()).toEqual(first.sessions())
    expect(second.sessions().map(({ plate, leftAt }) => [plate, leftAt])).toEqual([
      ['皖A00000', null],
      ['皖A00004', 45],
      ['皖A00003', 35],
    ])
    expect(rows.size).toBe(3)
  })

  test('refusals, doors without a car park and manual openings leave no session', () => {
    const engine = createParkingEngine({ roster })
    engine.apply({ ...passage('皖A00001', 'in', 1), granted: false })
    engine.apply({ ...passage('皖A00001', 'in', 1), door: 'nowhere' })
    const { plate: _plate, ...manual } = passage('皖A00001', 'in', 1)
    engine.apply(manual)
    expect(engine.sessions()).toEqual([])
    expect(engine.takeDirty()).toEqual([])
  })

  test('the number of cars inside has a bound, and what it drops is counted', () => {
    const book = new ParkingBook({ openMax: 2 })
    const base = { community, carPark: 'main', holder: null, barrier: 'arm-1' } as const
    for (const [ts, plate] of ['a', 'b', 'c'].entries())
      book.apply({ ...base, plate, direction: 'in', ts })
    expect(book.taken(community, 'main')).toBe(2)
    expect(book.dropped).toBe(1)
    expect(book.sessions().at(-1)).toMatchObject({ plate: 'a', leftBy: unseenExit })
  })
})
