import type { ReadRules } from '../../config/rules-reader.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Logger } from '../model/logger.ts'
import type { RulesTable } from './rules-table.ts'

/** An update may no longer understand what was in force: the configured rules hold then, and it is said. */
export function refuseObsolete(table: RulesTable, read: ReadRules, logger: Logger): void {
  const active = table.active()
  if (active === null) return
  try {
    read(active.text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { version } = active
    logger.error({ version, detail: error.message }, 'stored rules are no longer understood')
    table.refuse(error.message)
  }
}
