import { describe, expect, test } from 'vitest'
import { loadRules, loadShippedRules } from '../../../config/rules.ts'
import { anomalyTypes, defaultSeverity } from '../../../contracts/anomaly.ts'
import { CodedError } from '../../../contracts/errors.ts'

const problemOf = (yaml: string): string => {
  try {
    loadRules(yaml, 'mine.yaml')
  } catch (error) {
    if (error instanceof CodedError && error.code === 'config.invalid') return error.message
    throw error
  }
  return ''
}
const rule = (lines: string): string => `threshold:
  - id: a
    version: 1
    anomaly: noise.high
    severity: minor
    reading: noise
    title: { zh: a, en: a }
    description: { zh: a, en: a }
${lines}`

const version = (level: number) =>
  loadRules(rule(`    above: { raise: ${level}, clear: 60 }`)).rules[0]?.versionTag

describe('shipped rules', () => {
  const book = loadShippedRules()

  test('cover what the box must notice, with the severities of the contract', () => {
    const types = new Set(book.rules.map(({ anomaly }) => anomaly))
    for (const type of [
      'sos.pressed',
      'smoke.alarm',
      'gas.alarm',
      'water.leak',
      'water.level-high',
      'water.quality',
      'noise.high',
      'air.quality',
      'manhole.moved',
      'light.out',
      'lift.fault',
      'lift.trapped',
      'device.offline',
      'device.battery-low',
      'camera.offline',
      'camera.frozen',
      'vehicle.fire-lane',
    ] as const)
      expect(types).toContain(type)
    for (const item of book.rules) {
      expect(anomalyTypes).toContain(item.anomaly)
      expect([item.id, item.severity]).toEqual([item.id, defaultSeverity[item.anomaly]])
    }
  })

  // Two that say the same of one home are two tickets for one matter, and one of them knows less.
  test('leave to care what care decides', () => {
    const cares = /^(resident|care)\.|^water\.use-low$/
    const found = loadShippedRules().rules.filter(({ anomaly }) => cares.test(anomaly))
    expect(found.map(({ id }) => id)).toEqual([])
  })

  test('use only words that are filled in', () => {
    const words = new Set([
      'device',
      'devices',
      'place',
      'value',
      'unit',
      'minutes',
      'duration',
      'zone',
    ])
    for (const { id, title, description } of book.rules)
      for (const text of [title.zh, title.en, description.zh, description.en])
        for (const [, word] of text.matchAll(/\{(\w+)\}/g))
          expect([id, words.has(word ?? '')]).toEqual([id, true])
  })
})

describe('rules that are wrong', () => {
  test.each([
    ['an unknown kind', 'thresholds: []', 'mine.yaml:1: thresholds: unknown key'],
    [
      'a wrong number',
      rule('    above: { raise: loud, clear: 1 }'),
      'mine.yaml:9: threshold.0.above.raise',
    ],
    ['a missing level', rule('    forMs: 1'), 'mine.yaml:2: threshold.0: needs above or below'],
    [
      'a condition that could never end',
      rule('    above: { raise: 70, clear: 75 }'),
      'mine.yaml:9: threshold.0.above.clear',
    ],
    [
      'a name twice',
      `${rule('    above: { raise: 70, clear: 60 }')}\n${rule('    above: { raise: 70, clear: 60 }').split('\n').slice(1).join('\n')}`,
      'mine.yaml:10: threshold.1.id: id a is used twice',
    ],
    ['broken YAML', 'threshold: [', 'mine.yaml:1: '],
  ])('%s is named with its line', (_, yaml, expected) => {
    expect(problemOf(yaml)).toContain(expected)
  })

  test('a changed rule has another version even if nobody counted it up', () => {
    expect(version(70)).toMatch(/^1-[0-9a-f]{8}$/)
    expect(version(70)).toBe(version(70))
    expect(version(70)).not.toBe(version(71))
  })
})
