import { readFileSync } from 'node:fs'
import type { Settings } from '../../config/env.ts'
import type { Config } from '../../config/schema.ts'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Broker, BrokerDeps, IncomingFrame } from '../broker/broker.ts'
import { createEmbeddedBroker } from '../broker/embedded-broker.ts'
import { createExternalBroker } from '../broker/external-broker.ts'
import type { ExternalBrokerOptions } from '../broker/external-options.ts'
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
  readonly random: () => number
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
  const { url, username, password, clientId, caFile, certFile, keyFile } = config.broker
  const { connectionsMax, plaintextAcceptedBy } = config.broker
  if (url !== null) {
    return createExternalBroker(
      { ...deps, random: choice.random },
      {
        url,
        community: settings.community,
        ...(clientId === null ? {} : { clientId }),
        ...(username === null ? {} : { username }),
        ...(password === null ? {} : { password }),
        ...pemOf('ca', caFile),
        ...pemOf('cert', certFile),
        ...pemOf('key', keyFile),
      },
    )
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

/** A file that the configuration names and that cannot be read stops the start: nothing is trusted in its place. */
function pemOf(part: 'ca' | 'cert' | 'key', file: string | null): Partial<ExternalBrokerOptions> {
  if (file === null) return {}
  try {
    return { [part]: readFileSync(file, 'utf8') }
  } catch (error) {
    throw new CodedError('config.invalid', `broker.${part}File: ${(error as Error).message}`)
  }
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
