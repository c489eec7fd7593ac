import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

interface SchemaError {
  readonly instancePath: string
  readonly message: string
}

/** Compiled on first use: some hundred schemas would hold up the start, most are not asked for soon. */
function lazily(schema: TSchema): () => ReturnType<typeof Compile> {
  let compiled: ReturnType<typeof Compile> | null = null
  return () => (compiled ??= Compile(schema))
}

const describe = (errors: readonly SchemaError[]): string =>
  errors
    .slice(0, 5)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
    .join('; ')

const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = lazily(schema)
  return (value) => {
    // Query and path are text; a body says itself what is a number, and none at all is an empty one.
    const given =
      httpPart === 'body'
        ? (value ?? {})
        : Value.Default(schema, Value.Convert(schema, structuredClone(value ?? {})))
    const validator = compiled()
    if (validator.Check(given)) return { value: given }
    return { error: new Error(`${httpPart}: ${describe(validator.Errors(given))}`) }
  }
}

/** For routes that take several kinds of body and look at it themselves; its schema is for the document. */
export const bodyByHand: FastifySchemaCompiler<TSchema> = (route) =>
  route.httpPart === 'body' ? (value) => ({ value }) : validatorCompiler(route)

export interface ValidationOptions {
  /** Also check what we answer: in tests, where a wrong answer is a failure. */
  readonly checkAnswers: boolean
}

/** TypeBox checks requests; answers are plain JSON of typed values and are checked in tests. */
export function validation(app: FastifyInstance, { checkAnswers }: ValidationOptions): void {
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(({ schema, url, method }) => {
    if (!checkAnswers) return (value) => JSON.stringify(value)
    const compiled = lazily(schema)
    return (value) => {
      const text = JSON.stringify(value)
      const validator = compiled()
      const sent: unknown = JSON.parse(text)
      if (!validator.Check(sent)) {
        throw new Error(`${method} ${url} answers ${describe(validator.Errors(sent))}`)
      }
      return text
    }
  })
}
