import Type from 'typebox'
import { AnomalyType, Severity } from '../contracts/anomaly.ts'
import { LocalText } from '../contracts/text.ts'

export const closed = { additionalProperties: false }
export const Ms = (initial: number) =>
  Type.Integer({ minimum: 0, maximum: 7 * 86_400_000, default: initial })
const Names = Type.Optional(
  Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 64 }),
)

/** What every rule says. Templates may use {device} {place} {value} {unit} {minutes} {duration} {zone}. */
export const base = {
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
  /** Counted up by whoever changes the rule; the loader adds a hash of its content. */
  version: Type.Integer({ minimum: 1 }),
  enabled: Type.Boolean({ default: true }),
  anomaly: AnomalyType,
  severity: Severity,
  /** Roster types it applies to; left out: all. */
  deviceTypes: Names,
  communities: Names,
  title: LocalText,
  description: LocalText,
}
