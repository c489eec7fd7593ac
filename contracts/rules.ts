import Type, { type Static } from 'typebox'

/** Where the rules in force came from: those that come with Linli, the file of the site, or a person over HTTP. */
export const rulesSources = ['shipped', 'file', 'set'] as const
export const RulesSource = Type.Enum(rulesSources)
export type RulesSource = Static<typeof RulesSource>

/** Something wrong with a text, and where. */
export const RuleLine = Type.Object({ line: Type.Integer(), text: Type.String() })
export type RuleLine = Static<typeof RuleLine>

export const RuleSummary = Type.Object({
  id: Type.String(),
  /** The number that people count up, and a hash of the content; every anomaly carries it. */
  version: Type.String(),
  enabled: Type.Boolean(),
  kind: Type.String(),
  anomaly: Type.String(),
  severity: Type.String(),
})
export type RuleSummary = Static<typeof RuleSummary>

/** What a text would be as rules. */
export const RulesCheck = Type.Object({
  valid: Type.Boolean(),
  /** First 12 hex digits of the sha256 of the text. */
  version: Type.String(),
  lines: Type.Array(RuleLine, { description: 'what is wrong; empty where nothing is' }),
  rules: Type.Array(RuleSummary),
})
export type RulesCheck = Static<typeof RulesCheck>

const Text = Type.String({ minLength: 1, maxLength: 1_000_000 })

/** Private interface: `PUT /rules`, `POST /rules/check`, `DELETE /rules`. */
export const RulesSet = Type.Object({ text: Text, by: Type.String({ maxLength: 200 }) })
export const RulesText = Type.Object({ text: Text })
export type RulesText = Static<typeof RulesText>
export const RulesReset = Type.Object({ by: Type.String({ maxLength: 200 }) })

/** `GET /rules`. */
export const RulesInForce = Type.Object({
  text: Type.String(),
  version: Type.String(),
  source: RulesSource,
  /** Who set them; `gateway` where nobody did. */
  by: Type.String(),
  /** Epoch ms. */
  since: Type.Number(),
  /** The site's own file, if the configuration names one. */
  file: Type.Union([Type.String(), Type.Null()]),
  /** What keeps that file from being used; empty where nothing does. */
  lines: Type.Array(RuleLine),
  rules: Type.Array(RuleSummary),
})
export type RulesInForce = Static<typeof RulesInForce>
