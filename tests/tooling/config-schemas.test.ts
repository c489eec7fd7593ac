import { readFileSync } from 'node:fs'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configSchemas } from '../support/config-schemas.ts'
import { schemaWords } from '../support/schema-words.ts'

const read = (name: string): string =>
  readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')
const schemas = Object.entries(configSchemas())

test.each(schemas)('config/%s is the schema of the loader', (name, schema) => {
  expect(JSON.parse(read(name)), 'run npm run docs:config-schemas').toEqual(schema)
})

test.each(schemas)('config/%s fits the file that names it, as people write it', (name, schema) => {
  const file = name.replace('.schema.json', '.yaml')
  expect(read(file).split('\n')[0]).toBe(`# yaml-language-server: $schema=./${name}`)
  expect(Value.Errors(schema, parse(read(file)))).toEqual([])
  expect(Value.Check(schema, { ...(parse(read(file)) as object), nonsense: 1 })).toBe(false)
})

/** Every key below, with its path; `said` where it has a description. */
function keysOf(schema: object, path = ''): { path: string; said: boolean }[] {
  const { properties = {}, items } = schema as {
    properties?: Record<string, { description?: string }>
    items?: object
  }
  const own = Object.entries(properties).flatMap(([key, value]) => [
    { path: `${path}.${key}`, said: value.description !== undefined },
    ...keysOf(value, `${path}.${key}`),
  ])
  return items === undefined ? own : [...own, ...keysOf(items, path)]
}

test('every key says what it means, and no word is left over', () => {
  const keys = schemas.flatMap(([, schema]) => keysOf(schema))
  expect(keys.length).toBeGreaterThan(200)
  expect(keys.filter(({ said }) => !said).map(({ path }) => path)).toEqual([])
  const paths = ['.ladders.communities', ...keys.map(({ path }) => path)]
  const unused = Object.keys(schemaWords).filter(
    (word) => !paths.some((path) => path.endsWith(`.${word}`)),
  )
  expect(unused).toEqual([])
})
