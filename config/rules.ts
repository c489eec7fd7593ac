import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Value } from 'typebox/value'
import { isNode, LineCounter, parseDocument } from 'yaml'
import { CodedError } from '../contracts/errors.ts'
import { CareSettings } from './care-schema.ts'
import { type Rule, RulesFile } from './rule-schema.ts'
import { parseYaml } from './yaml.ts'

export type { CareSettings } from './care-schema.ts'
export type {
  BooleanRule,
  CameraRule,
  DayWindow,
  MissingRule,
  Rule,
  ThresholdRule,
  TrackRule,
} from './rule-schema.ts'

/** Rules as the engines take them: checked, defaults filled in, versions tagged. */
export interface RuleBook {
  readonly rules: readonly Rule[]
  readonly lateAfterMs: number
  readonly lateSettleMs: number
  readonly settleMs: number
  readonly care: CareSettings
  /** Version of the care numbers, as rules have it. */
  readonly careVersionTag: string
}

const sections = ['threshold', 'boolean', 'missing', 'camera', 'track'] as const

const tagOf = (version: number, content: unknown): string =>
  `${version}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8)}`

/**
 * Reads `config/rules.yaml` or a file of the same shape.
 * Throws `config.invalid` with one `source:line: what` per problem.
 */
export function loadRules(text: string, source = 'rules.yaml'): RuleBook {
  const file = parseYaml(RulesFile, text, source)
  refuseContradictions(file, text, source)
  const care = file.care ?? (Value.Default(CareSettings, {}) as CareSettings)
  const rules = sections.flatMap((kind) =>
    file[kind].map((rule) => ({ ...rule, kind, versionTag: tagOf(rule.version, rule) }) as Rule),
  )
  return {
    rules,
    lateAfterMs: file.lateAfterMs,
    lateSettleMs: file.lateSettleMs,
    settleMs: file.settleMs,
    care,
    careVersionTag: tagOf(care.version, care),
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

/** What a schema cannot say: ids are unique, and a rule can be over once it has begun. */
function refuseContradictions(file: RulesFile, text: string, source: string): void {
  const problems: { path: readonly (string | number)[]; text: string }[] = []
  const ids = new Set<string>()
  for (const kind of sections)
    for (const [index, { id }] of file[kind].entries()) {
      if (ids.has(id)) problems.push({ path: [kind, index, 'id'], text: `id ${id} is used twice` })
      ids.add(id)
    }
  for (const [index, { above, below }] of file.threshold.entries()) {
    const path = ['threshold', index]
    if (above === undefined && below === undefined)
      problems.push({ path, text: 'needs above or below' })
    if (above !== undefined && above.clear > above.raise)
      problems.push({ path: [...path, 'above', 'clear'], text: 'must not lie above raise' })
    if (below !== undefined && below.clear < below.raise)
      problems.push({ path: [...path, 'below', 'clear'], text: 'must not lie below raise' })
  }
  if (problems.length === 0) return
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const lineOf = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true)
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1
  }
  const located = problems.map(({ path, text }) => ({
    line: lineOf(path),
    text: `${path.join('.')}: ${text}`,
  }))
  throw new CodedError(
    'config.invalid',
    located.map(({ line, text }) => `${source}:${line}: ${text}`).join('\n'),
    { source, lines: located.map(({ line }) => line) },
  )
}
