import { createExpressionParser } from '../../../config/expression/parse.ts'
import type { ScopeKind } from '../../../config/expression/expr.ts'
import type { ExpressionRule } from '../../../config/rules.ts'
import type { Severity } from '../../../contracts/anomaly.ts'
import { minuteMs, secondMs } from '../../../contracts/clock.ts'
import { Compiler, createNeeds, type Needs } from './compile.ts'
import { certain, numberBounds } from './numbers.ts'
import type { ReadingBook } from './reading-book.ts'
import type { FlagOf, NumberOf } from './scene.ts'

export interface CompiledRule {
  readonly rule: ExpressionRule
  readonly when: FlagOf
  readonly clearWhen: FlagOf | null
  readonly show: NumberOf | null
  readonly levels: readonly { readonly when: FlagOf; readonly severity: Severity }[]
  /** Readings of the device itself, and of those around it, that a value of may change the answer. */
  readonly own: ReadonlySet<number>
  readonly around: ReadonlyMap<ScopeKind, ReadonlySet<number>>
  /** All of them, in the order in which they are mentioned. */
  readonly readings: readonly number[]
  /** How often it is looked at without a value; null where only values change it. */
  readonly everyMs: number | null
}

type Parser = ReturnType<typeof createExpressionParser>

/** Where a message may be one of many thousands the rule is looked at by the clock instead. */
const farMs = 10 * secondMs
const lookMs = { least: 5 * secondMs, most: 5 * minuteMs }
const stepsPerWindow = 24

/** Rules into functions; each is parsed once. The book holds their readings and windows afterwards. */
export function compileRules(
  rules: readonly ExpressionRule[],
  book: ReadingBook,
): readonly CompiledRule[] {
  if (rules.length === 0) return []
  const parser = createExpressionParser()
  return rules.filter(({ enabled }) => enabled).map((rule) => compileRule(rule, book, parser))
}

function compileRule(rule: ExpressionRule, book: ReadingBook, parser: Parser): CompiledRule {
  const needs = createNeeds()
  const compiler = new Compiler(book, needs)
  const flag = (text: string): FlagOf => compiler.flag(parser.flag(text))
  const when = flag(rule.when)
  const clearWhen = rule.clearWhen === undefined ? null : flag(rule.clearWhen)
  const levels = (rule.levels ?? []).map((level) => ({
    when: flag(level.when),
    severity: level.severity,
  }))
  const show =
    rule.show === undefined ? null : certain(numberBounds(compiler, parser.number(rule.show)))
  const readings = new Set(needs.own)
  for (const more of needs.around.values()) for (const reading of more) readings.add(reading)
  return {
    rule,
    when,
    clearWhen,
    show,
    levels,
    own: needs.own,
    around: needs.around,
    readings: [...readings],
    everyMs: rule.everyMs ?? lookEvery(rule, needs),
  }
}

function lookEvery(rule: ExpressionRule, needs: Needs): number | null {
  const often = [...needs.windowsMs].map((ms) => {
    const stepMs = Math.round(ms / stepsPerWindow)
    return Math.min(lookMs.most, Math.max(lookMs.least, stepMs))
  })
  if (needs.clock || (rule.schedule ?? []).length > 0) often.push(minuteMs)
  // Near ones look at once, but for those in a group that is too large for it.
  for (const kind of needs.around.keys())
    if (isFar(rule.about, kind)) often.push(farMs)
    else if (rule.about === 'device') often.push(minuteMs)
  return often.length === 0 ? null : Math.min(...often)
}

/** A value there does not look at this rule at once. */
export const isFar = (about: ScopeKind, kind: ScopeKind): boolean =>
  kind === 'device' || kind === 'community' || (about !== 'device' && about !== kind)
