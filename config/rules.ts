import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Value } from 'typebox/value'
import { CareSettings } from './care-schema.ts'
import { HealthSettings } from './health-schema.ts'
import type { RuleBook } from './rule-book.ts'
import { modeVariants } from './rule-modes.ts'
import { contradictionsOf, refusalOf, ruleSections } from './rule-check.ts'
import { type Rule, RulesFile } from './rule-schema.ts'
import { parseYaml } from './yaml.ts'

export type { CareSettings } from './care-schema.ts'
export type {
  BooleanRule,
  CameraRule,
  DayWindow,
  ExpressionRule,
  MissingRule,
  Rule,
  ThresholdRule,
  TrackRule,
} from './rule-schema.ts'

export type { RuleBook } from './rule-book.ts'

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const tagOf = (version: number, content: unknown): string =>
  `${version}-${hashOf(JSON.stringify(content)).slice(0, 8)}`

/** The version of a rules file: the same text, the same version. */
export const rulesVersion = (text: string): string => hashOf(text).slice(0, 12)

/**
 * Reads `config/rules.yaml` or a file of the same shape.
 * Throws `config.invalid` with one `source:line: what` per problem.
 */
export function loadRules(text: string, source = 'rules.yaml'): RuleBook {
  const file = parseYaml(RulesFile, text, source)
  const problems = contradictionsOf(file)
  const modes = modeVariants(file, problems, tagOf)
  if (problems.length > 0) throw refusalOf(problems, text, source)
  const care = file.care ?? (Value.Default(CareSettings, {}) as CareSettings)
  const rules = ruleSections.flatMap((kind) =>
    file[kind].map((rule) => ({ ...rule, kind, versionTag: tagOf(rule.version, rule) }) as Rule),
  )
  return {
    rules,
    modes,
    lateAfterMs: file.lateAfterMs,
    lateSettleMs: file.lateSettleMs,
    settleMs: file.settleMs,
    health: file.health ?? (Value.Default(HealthSettings, {}) as HealthSettings),
    care,
    careVersionTag: tagOf(care.version, care),
    version: rulesVersion(text),
  }
}

/** Where the shipped rules lie, from source and from dist/ alike. */
export const shippedRulesPath = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? './rules.yaml' : '../../config/rules.yaml',
      import.meta.url,
    ),
  )

/** The rules that come with Linli. Reads the file; throws as `loadRules`. */
export const loadShippedRules = (): RuleBook =>
  loadRules(readFileSync(shippedRulesPath(), 'utf8'), 'config/rules.yaml')
