import { readConfig } from '../../config/file.ts'
import { readRulesFile } from '../../config/rules-file.ts'
import { loadRules, loadShippedRules, type RuleBook } from '../../config/rules.ts'

/** The rules that a gateway with this configuration starts with. */
export function rulesInForce(configFile: string | null): RuleBook {
  const { file } = readConfig(configFile).rules
  return file === null ? loadShippedRules() : loadRules(readRulesFile(file), file)
}
