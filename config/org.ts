import Type from 'typebox'
import { CodedError } from '../contracts/errors.ts'
import { type Unit, UnitKind } from '../contracts/http/org.ts'
import type { Category } from '../contracts/http/system.ts'
import { Slug } from '../contracts/ids.ts'
import { parseYaml } from './yaml.ts'

const OrgFile = Type.Object(
  {
    units: Type.Array(
      Type.Object(
        {
          id: Slug,
          kind: UnitKind,
          // A top unit leaves it out: the loader drops keys with nothing behind them.
          parent: Type.Optional(Slug),
          zh: Type.String({ minLength: 1, maxLength: 100 }),
          en: Type.String({ minLength: 1, maxLength: 100 }),
          lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
          lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 10_000 },
    ),
    duties: Type.Optional(
      Type.Array(
        Type.Object(
          {
            category: Type.String({ minLength: 1, maxLength: 32 }),
            // Left out: everywhere.
            area: Type.Optional(Slug),
            unit: Slug,
          },
          { additionalProperties: false },
        ),
        { maxItems: 100_000 },
      ),
    ),
  },
  { additionalProperties: false },
)

/**
 * The units of config/org.yaml. The box's own community is added where the file does not name it.
 * Throws `config.invalid` for a parent that is not there and for an id given twice.
 */
export function parseOrg(text: string, source: string, ownCommunity: string): Unit[] {
  const units = parseYaml(OrgFile, text, source).units.map(
    ({ id, kind, parent, zh, en, lat, lon }): Unit => ({
      id,
      kind,
      name: { zh, en },
      parent: parent ?? null,
      ...(lat === undefined || lon === undefined ? {} : { position: { lat, lon } }),
    }),
  )
  const ids = new Set<string>()
  for (const { id } of units) {
    if (ids.has(id)) throw new CodedError('config.invalid', `${source}: unit ${id} stands twice`)
    ids.add(id)
  }
  for (const { id, parent } of units) {
    if (parent !== null && !ids.has(parent)) {
      throw new CodedError('config.invalid', `${source}: unit ${id}: no unit ${parent}`)
    }
  }
  if (ids.has(ownCommunity)) return units
  const own: Unit = {
    id: ownCommunity,
    kind: 'community',
    name: { zh: ownCommunity, en: ownCommunity },
    parent: null,
  }
  return [...units, own]
}

/** Who answers for what from the first day on; what is decided later is decided over HTTP. */
export interface DutySeed {
  readonly category: string
  readonly area: string | null
  readonly unit: string
}

/** The duties of the same file. Throws `config.invalid` where one names what is not there, or stands twice. */
export function parseDuties(
  text: string,
  source: string,
  known: {
    readonly units: readonly Pick<Unit, 'id'>[]
    readonly categories: readonly Pick<Category, 'code'>[]
  },
): DutySeed[] {
  const units = new Set(known.units.map(({ id }) => id))
  const codes = new Set(known.categories.map(({ code }) => code))
  const seen = new Set<string>()
  return (parseYaml(OrgFile, text, source).duties ?? []).map(({ category, area = null, unit }) => {
    const refuse = (what: string): CodedError =>
      new CodedError('config.invalid', `${source}: duty of ${category}: ${what}`)
    if (!codes.has(category)) throw refuse('no such category')
    if (!units.has(unit)) throw refuse(`no unit ${unit}`)
    if (area !== null && !units.has(area)) throw refuse(`no area ${area}`)
    const key = `${category} ${area ?? ''}`
    if (seen.has(key)) throw refuse('it stands twice')
    seen.add(key)
    return { category, area, unit }
  })
}
