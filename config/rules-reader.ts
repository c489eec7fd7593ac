import type { CodedError } from '../contracts/errors.ts'
import type { RuleLine } from '../contracts/rules.ts'
import type { RuleBook } from './rule-book.ts'
import { loadRules, rulesVersion } from './rules.ts'

/** As `loadRules`, of the text in force. */
export type ReadRules = (text: string) => RuleBook

/** Reading rules takes a while; the last text and the one it began with are not read again. */
export function createRulesReader(known: RuleBook): ReadRules {
  let last = known
  return (text) => {
    const version = rulesVersion(text)
    if (version === known.version) return known
    if (version !== last.version) last = loadRules(text, 'rules')
    return last
  }
}

/** The lines of a refusal of `loadRules`. */
export function linesOf(refusal: CodedError): RuleLine[] {
  return refusal.message.split('\n').map((line) => {
    const [, number, text] = /^.*?:(\d+): (.*)$/.exec(line) ?? []
    return { line: Number(number ?? 1), text: text ?? line }
  })
}
