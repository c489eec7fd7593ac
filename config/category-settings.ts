import Type, { type Static } from 'typebox'
import { unitKinds } from '../contracts/http/org.ts'
import { LocalText } from '../contracts/text.ts'
import { parseYaml } from './yaml.ts'

const code = Type.String({ minLength: 1, maxLength: 32 })
const closed = { additionalProperties: false } as const
const list = Type.Optional(Type.Array(code, { maxItems: 10_000 }))

/** How the clock of a limit runs: through the night, in working time, in days of eight hours, plain. */
export const hoursKinds = ['continuous', 'working', 'workday', 'clock'] as const

export const CategorySettings = Type.Object(
  {
    /** By level: how long a code may be. Left out: as long as it likes. */
    codeLengths: Type.Optional(
      Type.Array(Type.Array(Type.Integer({ minimum: 1, maximum: 32 }), { minItems: 1 }), {
        minItems: 1,
        maxItems: 8,
      }),
    ),
    petitionProne: list,
    safetyCritical: list,
    unitKinds: Type.Optional(Type.Record(code, Type.Enum(unitKinds))),
    limits: Type.Optional(
      Type.Record(
        code,
        Type.Object(
          {
            hours: Type.Number({ exclusiveMinimum: 0, maximum: 10_000 }),
            kind: Type.Enum(hoursKinds),
          },
          closed,
        ),
      ),
    ),
    names: Type.Optional(Type.Record(code, LocalText)),
  },
  closed,
)
export type CategorySettings = Static<typeof CategorySettings>

/** Reads config/categories.yaml; that its codes exist is checked beside the table. */
export const parseCategorySettings = (text: string, source: string): CategorySettings =>
  parseYaml(CategorySettings, text, source)
