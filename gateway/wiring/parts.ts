import { join } from 'node:path'
import type { Settings } from '../../config/env.ts'
import type { ResolvedModel } from '../../config/models.ts'
import type { RuleBook } from '../../config/rules.ts'
import type { Config } from '../../config/schema.ts'
import { type Clock, dayMs } from '../../contracts/clock.ts'
import type { Broker } from '../broker/broker.ts'
import type { Logger } from '../model/logger.ts'
import { RosterBook } from '../model/roster-book.ts'
import { createPipeline, type Pipeline } from '../pipeline/client.ts'
import type { InfluxOptions } from '../telemetry/influx-connection.ts'
import { createRulesDesk, type RulesDesk, type RulesOrigin } from '../rulebook/rules-desk.ts'
import { type Announcer, createAnnouncer } from './announcer.ts'
import { createBroker } from './broker-choice.ts'
import { createEventIntake, type EventIntake } from './event-intake.ts'
import { createHomeAssistantOut, type HomeAssistantOut } from './home-assistant-out.ts'
import { createSight, type Sight } from './sight.ts'

export interface GatewayInputs {
  readonly settings: Settings & Record<'apiUrl' | 'serviceToken' | 'passKey', string>
  readonly config: Config
  /** Hold until the box remembers others: the configured ones, or the last good ones. */
  readonly rules: RuleBook
  readonly rulesOrigin: RulesOrigin & { readonly read: () => string }
  readonly models: readonly ResolvedModel[]
  readonly clock: Clock
  readonly logger: Logger
}

/** Where the readings are copied to, if the configuration says so. */
function influxOf({ telemetry }: Config): InfluxOptions | null {
  if (telemetry.kind === 'sqlite') return null
  const { protocol, host, port, database, username, password } = telemetry.influx
  return {
    url: `${protocol}://${host}:${port}`,
    database,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
  }
}

/** The parts that everything else hangs on. */
export interface Parts extends GatewayInputs {
  readonly book: RosterBook
  readonly pipeline: Pipeline
  readonly rulesDesk: RulesDesk
  readonly sight: Sight
  readonly broker: Broker
  readonly eventIntake: EventIntake
  readonly announcer: Announcer
  readonly homeAssistant: HomeAssistantOut | null
}

export function createParts(inputs: GatewayInputs): Parts {
  const { settings, config, rules, clock, logger } = inputs
  const book = new RosterBook()
  const pipeline = createPipeline({
    file: join(settings.home, 'gateway.db'),
    rules,
    adapters: config.adapters,
    community: settings.community,
    clock,
    logger,
    rawKeepMs: config.telemetry.rawDays * dayMs,
    influx: influxOf(config),
  })
  const sight = createSight({
    ...inputs,
    roster: book,
    record: (fact) => pipeline.recordFact(fact),
    onQuarantine: (bad) => pipeline.quarantine(bad),
    seenBefore: (community, id) => pipeline.firstSeen.firstClient(community, id) !== null,
  })
  const eventIntake = createEventIntake(
    (record, done) => pipeline.record(record, done),
    settings.passKey,
  )
  const broker = createBroker({
    ...inputs,
    roster: book,
    pipeline,
    record: (record, done) => eventIntake.record(record, done),
    onFrame: (frame) => sight.hub.offer(frame),
    random: Math.random,
  })
  const rulesDesk = createRulesDesk({ pipeline, configured: inputs.rulesOrigin, logger })
  const announcer = createAnnouncer({ broker, logger }, { community: settings.community })
  const parts = { ...inputs, book, pipeline, rulesDesk, sight, broker, eventIntake, announcer }
  return { ...parts, homeAssistant: createHomeAssistantOut(parts) }
}
