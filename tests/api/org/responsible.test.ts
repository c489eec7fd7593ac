import { describe, expect, it } from 'vitest'
import { type DutyRow, areaPath, decidingDuty } from '../../../api/org/responsible.ts'
import { communitiesOf } from '../../../api/org/tree.ts'
import type { Unit } from '../../../contracts/http/org.ts'

const unit = (id: string, kind: Unit['kind'], parent: string | null): Unit => ({
  id,
  kind,
  parent,
  name: { zh: id, en: id },
})
const units = [
  unit('d', 'district', null),
  unit('s', 'street', 'd'),
  unit('c', 'community', 's'),
  unit('c2', 'community', 's'),
  unit('g', 'grid', 'c'),
  unit('g2', 'grid', 'c2'),
]
const duty = (
  id: string,
  category: string,
  area: string | null,
  more: Partial<DutyRow> = {},
): DutyRow => ({
  id,
  category,
  area,
  unit: `unit-of-${id}`,
  from_at: 0,
  to_at: null,
  reason: null,
  dispute: null,
  by_id: 'x',
  by_name: 'x',
  created_at: 0,
  ...more,
})
const codes = ['A0101', 'A01', 'A']
const deciding = (rows: readonly DutyRow[], grid: string | null = 'g', at = 10) =>
  decidingDuty(rows, codes, areaPath(units, 'c', grid), at)?.id ?? null

describe('the duty that decides', () => {
  it.each([
    ['nothing fits', [duty('1', 'B', 'c'), duty('2', 'A', 'c2')], null],
    [
      'the narrower category wins over the narrower area',
      [duty('1', 'A', 'g'), duty('2', 'A01', null)],
      '2',
    ],
    [
      'then the narrower area',
      [duty('1', 'A01', null), duty('2', 'A01', 's'), duty('3', 'A01', 'g')],
      '3',
    ],
    [
      'then the later one',
      [duty('1', 'A', 'c', { from_at: 1 }), duty('2', 'A', 'c', { from_at: 5 })],
      '2',
    ],
    [
      'what has not begun does not hold',
      [duty('1', 'A', 'c'), duty('2', 'A01', 'c', { from_at: 11 })],
      '1',
    ],
    ['what has ended does not hold, to the moment', [duty('1', 'A', 'c', { to_at: 10 })], null],
    ['what ends later holds', [duty('1', 'A', 'c', { to_at: 11 })], '1'],
  ])('%s', (_what, rows, expected) => {
    expect(deciding(rows)).toBe(expected)
    expect(deciding(rows.toReversed())).toBe(expected)
  })

  it('takes a grid of another community for none', () => {
    expect(deciding([duty('1', 'A', 'g2')], 'g2')).toBeNull()
    expect(deciding([duty('1', 'A', 'c')], 'g2')).toBe('1')
    expect(deciding([duty('1', 'A', 'c')], 'nowhere')).toBe('1')
  })
})

describe('who has to do with a unit', () => {
  it('is the communities around it and in it', () => {
    expect(communitiesOf(units, 'g')).toEqual(['c'])
    expect(communitiesOf(units, 's')).toEqual(['c', 'c2'])
    expect(communitiesOf(units, 'nowhere')).toEqual([])
  })
})
