import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { communityModes } from '../contracts/roster.ts'
import { createExpressionParser } from './expression/parse.ts'
import {
  expressionProblems,
  levelProblems,
  type RuleProblem,
  type RuleSection,
  ruleSections,
} from './rule-check.ts'
import {
  BooleanRule,
  CameraRule,
  ExpressionRule,
  MissingRule,
  type Rule,
  type RulesFile,
  ThresholdRule,
  TrackRule,
} from './rule-schema.ts'
import type { RuleBook } from './rule-book.ts'

const schemas: Readonly<Record<RuleSection, TSchema>> = {
  threshold: ThresholdRule,
  boolean: BooleanRule,
  missing: MissingRule,
  camera: CameraRule,
  track: TrackRule,
  expression: ExpressionRule,
}
/** A mode changes numbers and words; what an anomaly is, and about whom, stays. */
const fixed: ReadonlySet<string> = new Set(['anomaly', 'reading', 'about', 'zoneKind', 'state'])

type TagOf = (version: number, content: unknown) => string

/** The rules as modes change them, each checked as a whole; what is wrong is added to `problems`. */
export function modeVariants(
  file: RulesFile,
  problems: RuleProblem[],
  tagOf: TagOf,
): RuleBook['modes'] {
  const variants: Partial<Record<(typeof communityModes)[number], Rule[]>> = {}
  for (const mode of communityModes)
    for (const [index, override] of (file.modes?.[mode] ?? []).entries()) {
      const path = ['modes', mode, index] as const
      const found = ruleOf(file, override.id)
      if (found === null) {
        problems.push({ path: [...path, 'id'], text: `there is no rule ${override.id}` })
        continue
      }
      const { kind, rule } = found
      const merged: Record<string, unknown> = { ...rule, ...override }
      const wrong = problemsOf(kind, merged, override, path)
      problems.push(...wrong)
      if (wrong.length > 0) continue
      const versionTag = tagOf(rule.version, merged)
      const list = (variants[mode] ??= [])
      if (list.some(({ id }) => id === rule.id))
        problems.push({ path: [...path, 'id'], text: `${rule.id} stands here twice` })
      list.push({ ...merged, kind, versionTag } as unknown as Rule)
    }
  return variants
}

function ruleOf(file: RulesFile, id: string) {
  for (const kind of ruleSections) {
    const rule = file[kind].find((one) => one.id === id)
    if (rule !== undefined) return { kind, rule }
  }
  return null
}

function problemsOf(
  kind: RuleSection,
  merged: Record<string, unknown>,
  override: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): RuleProblem[] {
  const stays = Object.keys(override).filter((key) => fixed.has(key))
  if (stays.length > 0)
    return stays.map((key) => ({ path: [...path, key], text: 'a mode cannot change this' }))
  const errors = Value.Errors(schemas[kind], merged)
  if (errors.length > 0)
    return errors.slice(0, 5).map((error) => {
      const unknown = (error.params as { additionalProperties?: readonly string[] })
        .additionalProperties
      const below = error.instancePath.split('/').slice(1)
      return unknown === undefined
        ? { path: [...path, ...below], text: error.message }
        : { path: [...path, ...below, unknown[0] ?? ''], text: 'unknown key' }
    })
  if (kind === 'threshold') return levelProblems(merged, path)
  if (kind === 'expression')
    return expressionProblems(merged as ExpressionRule, path, createExpressionParser())
  return []
}
