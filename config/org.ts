import Type from 'typebox'
import { CodedError } from '../contracts/errors.ts'
import type { Unit } from '../contracts/http/system.ts'
import { Slug } from '../contracts/ids.ts'
import { parseYaml } from './yaml.ts'

const kinds = ['district', 'street', 'community', 'grid', 'department'] as const

const OrgFile = Type.Object(
  {
    units: Type.Array(
      Type.Object(
        {
          id: Slug,
          kind: Type.Enum(kinds),
          // A top unit leaves it out: the loader drops keys with nothing behind them.
          parent: Type.Optional(Slug),
          zh: Type.String({ minLength: 1, maxLength: 100 }),
          en: Type.String({ minLength: 1, maxLength: 100 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 10_000 },
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
    ({ id, kind, parent, zh, en }): Unit => ({
      id,
      kind,
      name: { zh, en },
      parent: parent ?? null,
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
