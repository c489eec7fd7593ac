import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { CodedError } from '../contracts/errors.ts'

/** A bound on what one message says. */
const problemsMax = 20

interface Located {
  readonly line: number
  readonly text: string
}

/** `/broker/url` -> `broker.url`; list items count from 0. */
const dotted = (pointer: string): string => pointer.slice(1).replaceAll('/', '.')

function lineOf(document: Document, lines: LineCounter, pointer: string): number {
  const steps = pointer.split('/').slice(1)
  // The nearest node that exists: a missing key is reported where its map begins.
  for (let depth = steps.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? document.contents : document.getIn(steps.slice(0, depth), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** A key with nothing behind it is one that was not given, as when all below it is commented out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  )
}

const refuse = (source: string, problems: readonly Located[]): CodedError =>
  new CodedError(
    'config.invalid',
    problems.map(({ line, text }) => `${source}:${line}: ${text}`).join('\n'),
    { source, lines: problems.map(({ line }) => line) },
  )

/** Aliases of aliases may stand for more than fits in memory. */
function expanded(document: Document, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (error) {
    throw refuse(source, [{ line: 1, text: (error as Error).message }])
  }
}

const secretKey = /password|secret|token|url$/i

function got(pointer: string, value: unknown): string {
  if (value === undefined) return ''
  if (secretKey.test(pointer)) return ' (value not shown)'
  return `, got ${JSON.stringify(value).slice(0, 80)}`
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

/** A union says once per branch what it wants; literals are gathered into one sentence. */
function expectation(errors: readonly SchemaError[]): string {
  const allowed = errors.flatMap((error) => {
    if (error.keyword === 'enum') return error.params.allowedValues.map(String)
    return error.keyword === 'const' ? [String(error.params.allowedValue)] : []
  })
  if (allowed.length > 1) return `must be one of ${allowed.join(', ')}`
  return errors[0]?.message ?? 'is wrong'
}

function schemaProblems(schema: TSchema, value: unknown, at: (pointer: string) => number) {
  const byPointer = new Map<string, SchemaError[]>()
  const problems = new Map<string, string>()
  for (const error of Value.Errors(schema, value)) {
    const unknown = (error.params as { additionalProperties?: readonly string[] })
      .additionalProperties
    for (const key of unknown ?? []) problems.set(`${error.instancePath}/${key}`, 'unknown key')
    if (unknown !== undefined) continue
    byPointer.set(error.instancePath, [...(byPointer.get(error.instancePath) ?? []), error])
  }
  for (const [pointer, errors] of byPointer) {
    // An unknown key is reported once more as a value that fits no schema.
    if (problems.has(pointer)) continue
    const wrong = Value.Pointer.Get(value, pointer)
    problems.set(pointer, `${expectation(errors)}${got(pointer, wrong)}`)
  }
  return [...problems]
    .map(([pointer, text]) => ({
      line: at(pointer),
      text: pointer === '' ? text : `${dotted(pointer)}: ${text}`,
    }))
    .toSorted((a, b) => a.line - b.line)
    .slice(0, problemsMax)
}

/**
 * Parses YAML and checks it against a schema, defaults filled in. `source` is the name shown in
 * messages. Throws `config.invalid` with one `source:line: what` per problem (the first few: the
 * checker stops early); aliases and custom
 * tags are not expanded without bound (YAML's own `maxAliasCount`).
 */
export const parseYaml = <S extends TSchema>(schema: S, text: string, source: string): Static<S> =>
  parseLocated(schema, text, source).value

export interface LocatedYaml<T> {
  readonly value: T
  /** A refusal at the line of a JSON pointer: for what no schema can say. */
  readonly refuse: (pointer: string, problem: string) => CodedError
}

/** As `parseYaml`, for files whose parts must also fit each other. */
export function parseLocated<S extends TSchema>(
  schema: S,
  text: string,
  source: string,
): LocatedYaml<Static<S>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    const syntax = document.errors.slice(0, problemsMax)
    throw refuse(
      source,
      syntax.map((error) => ({ line: lines.linePos(error.pos[0]).line, text: error.message })),
    )
  }
  const plain = withoutNulls(expanded(document, source))
  const value = Value.Default(schema, plain)
  const at = (pointer: string): number => lineOf(document, lines, pointer)
  const problems = schemaProblems(schema, value, at)
  if (problems.length > 0) throw refuse(source, problems)
  return {
    value: value as Static<S>,
    refuse: (pointer, problem) =>
      refuse(source, [{ line: at(pointer), text: `${dotted(pointer)}: ${problem}` }]),
  }
}
