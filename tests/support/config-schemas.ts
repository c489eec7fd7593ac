import type { TSchema } from 'typebox'
import { RulesFile } from '../../config/rule-schema.ts'
import { LaddersFile } from '../../contracts/ladder.ts'
import { schemaWords } from './schema-words.ts'

interface JsonSchema {
  readonly [key: string]: unknown
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
}

/** What editors complete and explain: the schema that the loader checks with, as JSON. */
export const configSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  'rules.schema.json': schemaOf(RulesFile, 'Rules of Linli', []),
  'ladders.schema.json': schemaOf(LaddersFile, 'Ladders of Linli', ['ladders']),
})

function schemaOf(schema: TSchema, title: string, path: readonly string[]): JsonSchema {
  const plain = JSON.parse(JSON.stringify(schema)) as JsonSchema
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title }
  return { ...head, ...explained(plain, path) }
}

/** Says what each key means; what has a default may be left out, as the loader fills it in. */
function explained(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const { properties, items, required } = schema
  const optional = (key: string): boolean => properties?.[key]?.default !== undefined
  return {
    ...schema,
    ...(items !== undefined && { items: explained(items, path) }),
    ...(required !== undefined && { required: required.filter((key) => !optional(key)) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, value]) => {
          const below = [...path, key]
          const description = value.description ?? wordOf(below)
          const said = description === undefined ? {} : { description }
          return [key, { ...said, ...explained(value, below) }]
        }),
      ),
    }),
  }
}

/** The word of the longest end of the path. */
function wordOf(path: readonly string[]): string | undefined {
  for (let from = 0; from < path.length; from += 1) {
    const word = schemaWords[path.slice(from).join('.')]
    if (word !== undefined) return word
  }
  return undefined
}
