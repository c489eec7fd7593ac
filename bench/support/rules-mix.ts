import { loadRules, type RuleBook } from '../../config/rules.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { RosterBook } from '../../gateway/model/roster-book.ts'

export const community = 'bench'

/** Expressions of every kind, `{level}` a number of its own for each. */
const shapes: readonly (readonly [about: string, when: string])[] = [
  ['device', 'temperature > {level} && humidity > 60'],
  ['device', 'temperature > {level} || pm25 > 500'],
  ['device', 'noise > {level} && (hour >= 22 || hour < 6)'],
  ['device', 'mean(temperature, "10m") > {level}'],
  ['device', 'rate(temperature, "5m") > {level} / 10.0'],
  ['device', 'max(noise, "1h") > {level} && battery > 10'],
  ['household', 'household.count(temperature > {level}) >= 2'],
  ['household', 'household.any(pm25 > {level} * 5)'],
  ['device', 'pm25 > {level} * 4 ? humidity > 90 : temperature > 80'],
  ['device', 'used(waterMeter, "12h") > {level} && deviceType == "home"'],
]
const readings = ['temperature', 'humidity', 'pm25', 'noise', 'battery', 'waterMeter'] as const

/** 300 rules: half of them expressions, half thresholds, each reading the matter of dozens. */
export function mixedRules(): RuleBook {
  const words = `
    title: { zh: '{place}', en: '{place}' }
    description: { zh: '{value}', en: '{value}' }`
  const head = (id: string): string => `
  - id: ${id}
    version: 1
    anomaly: air.quality
    severity: minor${words}`
  const thresholds = Array.from(
    { length: 150 },
    (_, index) => `${head(`t${index}`)}
    deviceTypes: [type-${index % 10}]
    reading: ${readings[index % readings.length]}
    above: { raise: ${1_000 + index}, clear: ${900 + index} }`,
  )
  const expressions = Array.from({ length: 150 }, (_, index) => {
    const [about = '', when = ''] = shapes[index % shapes.length] ?? []
    const types = about === 'device' ? `\n    deviceTypes: [type-${((index / 10) % 10) | 0}]` : ''
    return `${head(`e${index}`)}
    about: ${about}${types}
    everyMs: 3600000
    when: '${when.replaceAll('{level}', String(60 + (index % 40)))}'`
  })
  return loadRules(`threshold:${thresholds.join('')}\nexpression:${expressions.join('')}`)
}

/** Homes of four devices. */
export function mixedRoster(devices: number): RosterBook {
  const roster = new RosterBook()
  const list = Array.from(
    { length: devices },
    (_, index): RosterDevice => ({
      id: `d${index}`,
      community,
      type: `type-${index % 10}`,
      name: `d${index}`,
      place: { name: `place ${index >> 2}` },
      state: 'approved',
      household: `h${index >> 2}`,
      intervalMs: 60_000,
      camera: null,
    }),
  )
  roster.replace({
    version: 1,
    devices: list,
    credentials: [],
    households: [],
    residents: [],
    cards: [],
  })
  return roster
}

export const mixedReadings = readings
