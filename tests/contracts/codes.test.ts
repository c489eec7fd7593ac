import { describe, expect, test } from 'vitest'
import { isGreenPlate, isPlate, normalisePlate } from '../../contracts/plate.ts'
import { readVisitorCode, signVisitorCode } from '../../contracts/visitor-code.ts'

describe('number plates', () => {
  test('plates are written in one way, however they come in', () => {
    expect(normalisePlate('皖A·yl375')).toBe('皖AYL375')
    expect(normalisePlate(' 苏E D5I7O2 ')).toBe('苏ED51702')
    for (const dot of ['•', '・', '･', '‧', '∙', '⋅', '–', '　'])
      expect(normalisePlate(`皖A${dot}YL375`)).toBe('皖AYL375')
  })
  test.each(['皖AYL375', '沪AF710挂', '京A1234学', '粤Z1234港'])('%s is a plate', (plate) => {
    expect(isPlate(plate)).toBe(true)
    expect(isGreenPlate(plate)).toBe(false)
  })
  test.each(['苏ED51712', '沪AF71017', '京A12345D'])('%s is a new-energy plate', (plate) => {
    expect(isGreenPlate(plate)).toBe(true)
  })
  test.each(['AYL375', '皖AYL37', '皖AYL3755X', '皖OYL375', '皖AYO375', '苏ED5171Z', ''])(
    '%s is none',
    (text) => expect(isPlate(text)).toBe(false),
  )
})

describe('codes of visitors', () => {
  const key = 'k'.repeat(64)
  test('a code of ours names its visitor; another key, community or visitor does not pass', () => {
    const code = signVisitorCode(key, 'demo', 'vis_1')
    expect(readVisitorCode(key, 'demo', ` ${code}\n`)).toEqual({ visitor: 'vis_1', genuine: true })
    expect(readVisitorCode('x'.repeat(64), 'demo', code)?.genuine).toBe(false)
    expect(readVisitorCode(key, 'other', code)?.genuine).toBe(false)
    expect(readVisitorCode(key, 'demo', code.replace('vis_1', 'vis_2'))?.genuine).toBe(false)
  })
  test.each(['', '123456', 'LV1.vis_1', 'LV2.vis_1.abc', 'LV1.a.b.c'])('%j is no code', (code) => {
    expect(readVisitorCode(key, 'demo', code)).toBe(null)
  })
})
