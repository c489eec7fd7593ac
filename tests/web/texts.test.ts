import { describe, expect, it } from 'vitest'
import { timeWords } from '../../web/src/text/format.ts'
import { en } from '../../web/src/text/en/words.ts'
import { fillIn, type WordKey, zh } from '../../web/src/text/words.ts'

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

  it('fills slots in', () => {
    expect(fillIn('{n} 条新工单', { n: 2 })).toBe('2 条新工单')
  })
})

const now = new Date(2026, 10, 20, 10, 24).getTime()
const at = (day: number) => timeWords.zh.day(new Date(2026, 10, day, 9, 10).getTime(), now)

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
