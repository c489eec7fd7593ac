import type { CommunityMode } from '../contracts/roster.ts'
import type { CareSettings } from './care-schema.ts'
import type { HealthSettings } from './health-schema.ts'
import type { Rule } from './rule-schema.ts'

/** Rules as the engines take them: plain data, checked, defaults filled in, versions tagged. */
export interface RuleBook {
  readonly rules: readonly Rule[]
  /** While a mode holds these stand in for the rules of the same id. */
  readonly modes: Readonly<Partial<Record<CommunityMode, readonly Rule[]>>>
  readonly lateAfterMs: number
  readonly lateSettleMs: number
  readonly settleMs: number
  readonly health: HealthSettings
  readonly care: CareSettings
  /** Version of the care numbers, as rules have it. */
  readonly careVersionTag: string
  /** First 12 hex digits of the sha256 of the text. */
  readonly version: string
}
