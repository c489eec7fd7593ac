import { linesOf, type ReadRules } from '../../config/rules-reader.ts'
import { type RuleBook, rulesVersion } from '../../config/rules.ts'
import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import type { RulesCheck, RuleSummary } from '../../contracts/rules.ts'

/** What a text would be as rules; what is wrong with it is an answer, not an error. */
export function checkRules(text: string, read: ReadRules): RulesCheck {
  const version = rulesVersion(text)
  const bytes = Buffer.byteLength(text)
  if (bytes > limits.rulesBytesMax) {
    const why = `${bytes} bytes, at most ${limits.rulesBytesMax}`
    return { valid: false, version, lines: [{ line: 1, text: why }], rules: [] }
  }
  try {
    return { valid: true, version, lines: [], rules: summaryOf(read(text)) }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { valid: false, version, lines: linesOf(error), rules: [] }
  }
}

const summaryOf = ({ rules }: RuleBook): RuleSummary[] =>
  rules.map(({ id, versionTag, enabled, kind, anomaly, severity }) => ({
    id,
    version: versionTag,
    enabled,
    kind,
    anomaly,
    severity,
  }))
