import { describe, expect, it } from 'vitest'
import { AnomalyClear, AnomalyReport } from '../../contracts/anomaly.ts'
import { GatewayEventBatch } from '../../contracts/events.ts'

interface Schema {
  readonly type?: string
  readonly items?: Schema | readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly maxItems?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly const?: unknown
}

/** Every schema within, with the name it has where it stands. */
function* within(schema: Schema, name = ''): Generator<readonly [string, Schema]> {
  yield [name, schema]
  for (const each of schema.anyOf ?? []) yield* within(each, name)
  for (const [key, each] of Object.entries(schema.properties ?? {})) yield* within(each, key)
  for (const each of Object.values(schema.patternProperties ?? {})) yield* within(each, `${name}.*`)
  for (const each of [schema.items ?? []].flat()) yield* within(each, `${name}[]`)
}

const isNumber = ({ type }: Schema) => type === 'number' || type === 'integer'
const numberLists = (schemas: readonly Schema[]) => {
  const all = schemas.flatMap((schema) => [...within(schema)])
  const lists = all.filter(
    ([, { type, items }]) => type === 'array' && isNumber((items ?? {}) as Schema),
  )
  return [...new Set(lists.map(([name, { maxItems }]) => `${name} ${maxItems}`))].sort()
}
const reports = [AnomalyReport, AnomalyClear] as unknown as readonly Schema[]
/** Base64 of one SFace embedding, 128 numbers, at half precision. */
const shortestTextOfOne = 344

describe('control C4: what goes up to the api has no room for a template', () => {
  it('the only lists of numbers in reports are five points of a face and times of signs of life', () => {
    expect(numberLists(reports)).toEqual(['evidenceAt 200', 'landmarksPx 10'])
  })

  it('no text of a report is without a bound, and none that people do not read could hold one', () => {
    const texts = reports
      .flatMap((schema) => [...within(schema)])
      .filter(([, one]) => one.type === 'string' && one.pattern === undefined && !('const' in one))
    const long = texts.filter(([, { maxLength = Infinity }]) => maxLength > shortestTextOfOne)
    // zh and en are sentences; a model's name and hash come from config/models.yaml.
    expect([...new Set(long.map(([name]) => name))].sort()).toEqual(['en', 'name', 'sha256', 'zh'])
  })

  it('the only open place is the data of an event, which the next test looks into', () => {
    const open = [...within(GatewayEventBatch as unknown as Schema)].filter(([name]) =>
      name.endsWith('.*'),
    )
    expect(open.map(([name]) => name)).toEqual(['data.*'])
    for (const schema of reports)
      expect([...within(schema)].filter(([name]) => name.endsWith('.*'))).toEqual([])
  })

  it('would notice a template that somebody adds', () => {
    const vector = { type: 'array', items: { type: 'number' }, maxItems: 128 }
    const evidence = { type: 'array', items: { anyOf: [{ properties: { vector } }] } }
    expect(numberLists([{ properties: { evidence } }])).toEqual(['vector 128'])
  })
})
