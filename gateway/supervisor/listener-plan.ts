import { isLoopback, type Settings } from '../../config/env.ts'
import type { Config } from '../../config/schema.ts'

export interface Listener {
  readonly host: string
  /** 0 until a free port has been chosen. */
  readonly port: number
}

export interface ListenerPlan {
  readonly http: Listener
  /** Null where an external broker is used. */
  readonly mqtt: Listener | null
  readonly https: Listener | null
  readonly mqtts: Listener | null
  /** Plaintext that was kept on loopback because nobody has accepted it on the network. */
  readonly keptOnLoopback: readonly ('http' | 'mqtt')[]
}

/** IANA's port of MQTT over TLS, and the usual one of HTTPS without root's rights. */
const tlsPorts = { https: 8_443, mqtts: 8_883 } as const

const plaintextHost = (bind: string, acceptedBy: string | null): string =>
  isLoopback(bind) || acceptedBy !== null ? bind : '127.0.0.1'

/**
 * Who listens where. On loopback: plaintext, and TLS where a port was given. Off loopback: TLS, on the
 * usual ports unless others were given, and plaintext stays on loopback unless the configuration says
 * who accepted it.
 */
export function planListeners(settings: Settings, config: Config): ListenerPlan {
  const local = isLoopback(settings.bind)
  const external = config.broker.url !== null
  const tls = (given: number | null, plain: number, usual: number): Listener | null => {
    if (given !== null) return { host: settings.bind, port: given }
    if (local) return null
    return { host: settings.bind, port: plain === 0 ? 0 : usual }
  }
  const httpHost = plaintextHost(settings.bind, config.http.plaintextAcceptedBy)
  const mqttHost = plaintextHost(settings.bind, config.broker.plaintextAcceptedBy)
  const kept = [
    ...(httpHost === settings.bind ? [] : (['http'] as const)),
    ...(mqttHost === settings.bind || external ? [] : (['mqtt'] as const)),
  ]
  return {
    http: { host: httpHost, port: settings.httpPort },
    mqtt: external ? null : { host: mqttHost, port: settings.mqttPort },
    https: tls(settings.httpsPort, settings.httpPort, tlsPorts.https),
    mqtts: external ? null : tls(settings.mqttsPort, settings.mqttPort, tlsPorts.mqtts),
    keptOnLoopback: kept,
  }
}
