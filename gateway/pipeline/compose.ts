import type { Database } from 'better-sqlite3'
import { type ReadRules, createRulesReader } from '../../config/rules-reader.ts'
import type { RuleBook } from '../../config/rules.ts'
import { createAccessEngine } from '../access/access-engine.ts'
import { createParkingEngine } from '../access/parking-engine.ts'
import { careOptions, createCareEngine } from '../care/care-engine.ts'
import { createHealthEngine } from '../device-health/health-engine.ts'
import { migrate } from '../db/migrations.ts'
import type { RosterView } from '../model/roster-view.ts'
import { outboxTables } from '../outbox/outbox-store.ts'
import { createRuleEngine } from '../rules/rule-engine.ts'
import { telemetryTables } from '../telemetry/series-tables.ts'
import type { EngineSet } from './engine-host.ts'
import { pipelineTables } from './pipeline-tables.ts'
import type { MakeEngines } from './ruled-engines.ts'

/** Tables of every part that lives in gateway.db. */
export function migrateGateway(db: Database): void {
  migrate(db, [
    { part: 'pipeline', steps: pipelineTables },
    { part: 'telemetry', steps: telemetryTables },
    { part: 'outbox', steps: outboxTables },
  ])
}

/** The engines of the gateway, over one roster; `rules` hold until the log says otherwise. */
export const composeEngines =
  (rules: RuleBook, read: ReadRules = createRulesReader(rules)): MakeEngines =>
  (roster, text) =>
    enginesOf(roster, text === null ? rules : read(text))

function enginesOf(roster: RosterView, rules: RuleBook): EngineSet {
  const care = createCareEngine({ roster }, careOptions(rules))
  const access = createAccessEngine({ roster })
  const parking = createParkingEngine({ roster })
  const health = createHealthEngine({ roster, rules })
  return {
    engines: [
      { name: 'rules', engine: createRuleEngine({ roster, rules }) },
      { name: 'care', engine: care },
      { name: 'access', engine: access },
      { name: 'parking', engine: parking },
      // After the rules: it adds to what they have raised.
      { name: 'device-health', engine: health },
    ],
    deviceHealth: (community, now) => health.states(community, now),
    careItems: (community, now) => care.items(community, now),
    accessMemory: () => ({ ...access.memory(), sessions: parking.sessions() }),
  }
}
