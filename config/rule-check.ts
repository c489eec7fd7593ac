import { isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { CodedError } from '../contracts/errors.ts'
import { ExpressionRefused } from './expression/expr.ts'
import { createExpressionParser, type ExpressionParser } from './expression/parse.ts'
import type { RulesFile } from './rule-schema.ts'

type Path = readonly (string | number)[]

/** Something wrong with a file that has the right shape. */
export interface RuleProblem {
  readonly path: Path
  readonly text: string
  /** Where in the text at `path`, in characters. */
  readonly offset?: number
}

export const ruleSections = [
  'threshold',
  'boolean',
  'missing',
  'camera',
  'track',
  'expression',
] as const
export type RuleSection = (typeof ruleSections)[number]

const words = new Set([
  'device',
  'devices',
  'place',
  'value',
  'unit',
  'minutes',
  'duration',
  'zone',
])

/** What a schema cannot say: ids are unique, a rule can be over once it has begun, expressions mean something. */
export function contradictionsOf(file: RulesFile): RuleProblem[] {
  const problems: RuleProblem[] = []
  const ids = new Set<string>()
  for (const kind of ruleSections)
    for (const [index, rule] of file[kind].entries()) {
      if (ids.has(rule.id))
        problems.push({ path: [kind, index, 'id'], text: `id ${rule.id} is used twice` })
      ids.add(rule.id)
      problems.push(...templateProblems(rule, [kind, index]))
    }
  for (const [index, rule] of file.threshold.entries())
    problems.push(...levelProblems(rule, ['threshold', index]))
  if (file.expression.length > 0) {
    const parser = createExpressionParser()
    for (const [index, rule] of file.expression.entries())
      problems.push(...expressionProblems(rule, ['expression', index], parser))
  }
  return problems
}

type Threshold = Pick<RulesFile['threshold'][number], 'above' | 'below'>

export function levelProblems({ above, below }: Threshold, path: Path): RuleProblem[] {
  const problems: RuleProblem[] = []
  if (above === undefined && below === undefined)
    problems.push({ path, text: 'needs above or below' })
  if (above !== undefined && above.clear > above.raise)
    problems.push({ path: [...path, 'above', 'clear'], text: 'must not lie above raise' })
  if (below !== undefined && below.clear < below.raise)
    problems.push({ path: [...path, 'below', 'clear'], text: 'must not lie below raise' })
  return problems
}

type Templates = Pick<RulesFile['threshold'][number], 'title' | 'description'>

function templateProblems(rule: Templates, path: Path): RuleProblem[] {
  const problems: RuleProblem[] = []
  for (const part of ['title', 'description'] as const)
    for (const language of ['zh', 'en'] as const)
      for (const [, word = ''] of rule[part][language].matchAll(/\{(\w+)\}/g))
        if (!words.has(word))
          problems.push({ path: [...path, part], text: `{${word}} is no word that is filled in` })
  return problems
}

type Expressions = Pick<
  RulesFile['expression'][number],
  'when' | 'clearWhen' | 'show' | 'levels' | 'about'
>

export function expressionProblems(
  rule: Expressions,
  path: Path,
  parser: ExpressionParser,
): RuleProblem[] {
  const problems: RuleProblem[] = []
  const look = (at: Path, parse: () => object): void => {
    try {
      const expr = parse()
      const alone = rule.about === 'device' ? null : bareReading(expr)
      if (alone === null) return
      problems.push({ path: at, text: `${alone}: say of whom, as ${rule.about}.any(…)` })
    } catch (error) {
      if (!(error instanceof ExpressionRefused)) throw error
      problems.push({ path: at, text: error.message, offset: error.offset })
    }
  }
  look([...path, 'when'], () => parser.flag(rule.when))
  const { clearWhen, show } = rule
  if (clearWhen !== undefined) look([...path, 'clearWhen'], () => parser.flag(clearWhen))
  if (show !== undefined) look([...path, 'show'], () => parser.number(show))
  for (const [index, { when }] of (rule.levels ?? []).entries())
    look([...path, 'levels', index, 'when'], () => parser.flag(when))
  return problems
}

/** The first reading or attribute of "the device" where there is no such. */
function bareReading(expr: object): string | null {
  if ('scope' in expr) return null
  const { k, name, of } = expr as { k?: string; name?: string; of?: unknown }
  if (k === 'attribute') return String(of)
  if (name !== undefined && (of === null || of === undefined)) return name
  for (const part of Object.values(expr) as unknown[])
    for (const one of Array.isArray(part) ? part : [part])
      if (typeof one === 'object' && one !== null) {
        const found = bareReading(one as object)
        if (found !== null) return found
      }
  return null
}

/** One `source:line: what` per problem. */
export function refusalOf(
  problems: readonly RuleProblem[],
  text: string,
  source: string,
): CodedError {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const located = problems.slice(0, 20).map((problem) => {
    // The nearest part that exists: what was left out is reported where its map begins.
    let depth = problem.path.length
    let node = document.getIn(problem.path, true)
    while (!isNode(node) && depth > 0) node = document.getIn(problem.path.slice(0, --depth), true)
    const start = isNode(node) && node.range ? node.range[0] : 0
    const at =
      isScalar(node) && typeof node.value === 'string'
        ? start + offsetIn(text.slice(start), node.value, problem.offset ?? 0)
        : start
    return { line: counter.linePos(at).line, text: `${problem.path.join('.')}: ${problem.text}` }
  })
  return new CodedError(
    'config.invalid',
    located.map(({ line, text: what }) => `${source}:${line}: ${what}`).join('\n'),
    { source, lines: located.map(({ line }) => line) },
  )
}

/** YAML folds and indents: the place in the file is found by what is no white space. */
function offsetIn(source: string, value: string, offset: number): number {
  const head = /^[|>][^\n]*\n/.exec(source)?.[0].length ?? (/^["']/.test(source) ? 1 : 0)
  // What is missing at the end is missing after the last sign.
  const signs = value.replaceAll(/\s/g, '').length
  let wanted = Math.min(value.slice(0, offset).replaceAll(/\s/g, '').length, signs - 1)
  for (let at = head; at < source.length; at += 1) {
    if (/\s/.test(source[at] ?? '')) continue
    if (wanted === 0) return at
    wanted -= 1
  }
  return head
}
