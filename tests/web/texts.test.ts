import { describe, expect, it, vi } from 'vitest'
import { timeWords } from '../../web/src/text/format.ts'
import { en } from '../../web/src/text/en/words.ts'
import { fillIn, type WordKey, zh } from '../../web/src/text/words.ts'
import { fromField, midnightOf, toField } from '../../web/src/text/zone.ts'
import { readingUnits } from '../../contracts/readings.ts'
import { sixHourMarks } from '../../web/src/look/coverage-model.ts'

const slots = (text: string) =>
  [...text.matchAll(/\{([a-zA-Z0-9]+)\}/g)]
    .map((hit) => hit[1] ?? '')
    .toSorted((a, b) => a.localeCompare(b))
const keys = Object.keys(zh) as WordKey[]

describe('texts', () => {
  it('has the same slots in both languages, or a figure would vanish from one of them', () => {
    for (const key of keys) expect(slots(en[key]), key).toEqual(slots(zh[key]))
  })

  it('never blames: no word of control or of suspects', () => {
    for (const key of keys) expect(zh[key], key).not.toMatch(/目标|管控|异常人员/)
  })

  it('has a word for every reading of the contract: nobody should read `liftTrapped`', () => {
    for (const name of Object.keys(readingUnits)) {
      expect(zh, name).toHaveProperty([`reading.${name}`])
      expect(en, name).toHaveProperty([`reading.${name}`])
    }
  })

  it('fills slots in', () => {
    expect(fillIn('{n} 条新工单', { n: 2 })).toBe('2 条新工单')
  })
})

const local = (text: string) => Date.parse(`${text}+08:00`)
const now = local('2026-11-20T10:24')
const at = (day: number) => timeWords.zh.day(local(`2026-11-${day}T09:10`), now)

describe('times as people say them', () => {
  it('names yesterday, today and tomorrow, and else the date', () => {
    expect([at(19), at(20), at(21), at(25)]).toEqual([
      '昨天 09:10',
      '今天 09:10',
      '明天 09:10',
      '11 月 25 日 09:10',
    ])
  })

  it('tells spans in the largest two units', () => {
    expect(timeWords.zh.span(125 * 60_000)).toBe('2 时 05 分')
    expect(timeWords.en.span(22 * 60_000)).toBe('22 min')
    expect(timeWords.zh.span(12_000)).toBe('12 秒')
    expect(timeWords.zh.span(25 * 3_600_000)).toBe('25 时 00 分')
  })
})

describe('the clock of the community', () => {
  // A browser in UTC beside a text of the server in UTC+8 showed the same event at two times.
  it('is UTC+8 wherever the browser stands', () => {
    try {
      for (const zone of ['UTC', 'America/New_York', 'Asia/Shanghai']) {
        vi.stubEnv('TZ', zone)
        const late = Date.UTC(2026, 10, 20, 16, 30)
        expect(timeWords.zh.day(late, late - 3_600_000), zone).toBe('明天 00:30')
        expect(timeWords.zh.date(late), zone).toBe('11 月 21 日 周六')
        expect(timeWords.en.date(late), zone).toBe('Sat 21 Nov')
        expect(midnightOf(late), zone).toBe(Date.UTC(2026, 10, 20, 16))
        expect(toField(late), zone).toBe('2026-11-21T00:30')
        expect(fromField('2026-11-21T00:30'), zone).toBe(late)
        expect(sixHourMarks(late, late + 43_200_000), zone).toEqual([
          Date.UTC(2026, 10, 20, 22),
          Date.UTC(2026, 10, 21, 4),
        ])
      }
      expect(fromField('')).toBeNull()
      expect(fromField('soon')).toBeNull()
    } finally {
      vi.unstubAllEnvs()
    }
  })
})
