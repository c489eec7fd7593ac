import type { EnvironmentVariable, Settings } from '../../config/env.ts'
import { allocatorEnvironment } from './allocator.ts'
import type { ListenerPlan } from './listener-plan.ts'
import type { TlsFiles } from './tls-authority.ts'

type Given = Readonly<Record<string, string | undefined>>
export interface ChildEnvironments {
  readonly gateway: Given
  readonly api: Given
}

/** What the two children are told: concrete ports, where to bind, the secret that they share. */
export function childEnvironments(
  env: Given,
  facts: {
    readonly settings: Settings
    readonly plan: ListenerPlan
    readonly gatewayPort: number
    readonly apiUrl: string
    readonly serviceToken: string
    readonly passKey: string
    readonly faceKeyHex: string
    readonly tls: TlsFiles | null
    /** Shared library that takes the place of glibc's allocator; null where there is none. */
    readonly jemalloc: string | null
  },
): ChildEnvironments {
  const { settings, plan, tls } = facts
  const ours: Partial<Record<EnvironmentVariable, string | undefined>> = {
    LINLI_HOME: settings.home,
    LINLI_CONFIG: settings.configFile ?? undefined,
    LINLI_MODELS: settings.models ?? undefined,
    LINLI_BIND: settings.bind,
    LINLI_HTTP_BIND: plan.http.host,
    LINLI_HTTP_PORT: String(plan.http.port),
    LINLI_MQTT_BIND: plan.mqtt?.host,
    LINLI_MQTT_PORT: plan.mqtt === null ? undefined : String(plan.mqtt.port),
    LINLI_HTTPS_PORT: plan.https === null ? undefined : String(plan.https.port),
    LINLI_MQTTS_PORT: plan.mqtts === null ? undefined : String(plan.mqtts.port),
    LINLI_TLS_CERT: tls?.certFile,
    LINLI_TLS_KEY: tls?.keyFile,
    LINLI_TLS_CA: tls?.caFile,
    LINLI_GATEWAY_PORT: String(facts.gatewayPort),
    LINLI_GATEWAY_URL: `http://127.0.0.1:${facts.gatewayPort}`,
    LINLI_API_URL: facts.apiUrl,
    LINLI_SERVICE_TOKEN: facts.serviceToken,
    LINLI_PASS_KEY: facts.passKey,
    LINLI_FACE_KEY: facts.faceKeyHex,
  }
  // Undefined values are not passed on: they take out what stood in our own environment.
  return {
    // The gateway signs nobody in and has no business with the ticket store.
    gateway: {
      ...allocatorEnvironment(facts.jemalloc),
      ...env,
      ...ours,
      LINLI_ADMIN_PASSWORD: undefined,
      LINLI_DATABASE_URL: undefined,
    },
    // Templates are the gateway's alone: the api could not read them if it tried.
    api: { ...env, ...ours, LINLI_FACE_KEY: undefined },
  }
}
