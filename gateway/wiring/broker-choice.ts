import { readFileSync } from 'node:fs'
import type { Settings } from '../../config/env.ts'
import type { Config } from '../../config/schema.ts'
import type { Clock } from '../../contracts/clock.ts'
import type { Broker, BrokerDeps, IncomingFrame } from '../broker/broker.ts'
import { createEmbeddedBroker } from '../broker/embedded-broker.ts'
import { createExternalBroker } from '../broker/external-broker.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { Pipeline } from '../pipeline/client.ts'

export interface BrokerChoice {
  readonly settings: Settings
  readonly config: Config
  readonly roster: RosterView
  readonly pipeline: Pipeline
  readonly record: BrokerDeps['record']
  readonly onFrame: (frame: IncomingFrame) => void
  readonly clock: Clock
  readonly logger: Logger
}

/** The embedded broker, or a client of the external one that the configuration names. */
export function createBroker(choice: BrokerChoice): Broker {
  const { settings, config, pipeline } = choice
  const deps: BrokerDeps = {
    roster: choice.roster,
    record: choice.record,
    onFrame: choice.onFrame,
    onQuarantine: (message) => pipeline.quarantine(message),
    clock: choice.clock,
    logger: choice.logger,
    retained: pipeline.retained,
    firstSeen: pipeline.firstSeen,
  }
  const { url, username, password, connectionsMax, plaintextAcceptedBy } = config.broker
  if (url !== null) {
    return createExternalBroker(deps, {
      url,
      community: settings.community,
      ...(username === null ? {} : { username }),
      ...(password === null ? {} : { password }),
    })
  }
  return createEmbeddedBroker(deps, {
    port: settings.mqttPort,
    // TLS listens there; the broker keeps plaintext on loopback unless somebody accepted it.
    host: settings.bind,
    plaintextOffLoopback: plaintextAcceptedBy !== null,
    limits: { connectionsMax },
    ...tlsOf(settings),
  })
}

function tlsOf(settings: Settings) {
  const { tlsCertFile, tlsKeyFile, mqttsPort } = settings
  if (tlsCertFile === null || tlsKeyFile === null || mqttsPort === null) return {}
  return {
    tls: {
      key: readFileSync(tlsKeyFile, 'utf8'),
      cert: readFileSync(tlsCertFile, 'utf8'),
      port: mqttsPort,
    },
  }
}
