import { isIP } from 'node:net'
import { resolve } from 'node:path'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from '../contracts/errors.ts'
import { slugPattern } from '../contracts/ids.ts'

const port = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5]?[0-9]{1,4})$',
      description: `${description}: a port, 0..65535`,
    }),
  )
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))
const address = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|localhost)$',
      description: `${description}: an IP address or localhost`,
    }),
  )
const url = (protocols: string, description: string) =>
  Type.Optional(Type.String({ pattern: `^(${protocols})://.+$`, description }))

/** Every variable that Linli reads, as it stands in the environment: text. */
export const Environment = Type.Object({
  LINLI_HOME: text('data directory'),
  LINLI_CONFIG: text('YAML configuration file'),
  LINLI_BIND: address('where to listen'),
  LINLI_HTTP_PORT: port('HTTP'),
  LINLI_MQTT_PORT: port('MQTT'),
  LINLI_HTTPS_PORT: port('HTTPS'),
  LINLI_MQTTS_PORT: port('MQTT over TLS'),
  LINLI_MODELS: text('directory of weights'),
  LINLI_COMMUNITY: Type.Optional(
    Type.String({ pattern: slugPattern, description: 'id of the community: a-z, 0-9 and -' }),
  ),
  LINLI_DATABASE_URL: url('postgres|postgresql', 'PostgreSQL address, postgres://…'),
  LINLI_ADMIN_PASSWORD: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'at most 256 characters' }),
  ),
  LINLI_GATEWAY_PORT: port('private HTTP of the gateway'),
  LINLI_GATEWAY_URL: url('http|https', 'address of the gateway, http://…'),
  LINLI_API_URL: url('http|https', 'address of the api, http://…'),
  LINLI_SERVICE_TOKEN: Type.Optional(
    Type.String({ minLength: 32, description: 'at least 32 characters' }),
  ),
  LINLI_PASS_KEY: Type.Optional(
    Type.String({ minLength: 32, description: 'at least 32 characters' }),
  ),
  LINLI_FACE_KEY: Type.Optional(
    Type.String({ pattern: '^[0-9a-f]{64}$', description: '64 hexadecimal digits' }),
  ),
  LINLI_HTTP_BIND: address('where plaintext HTTP listens'),
  LINLI_MQTT_BIND: address('where plaintext MQTT listens'),
  LINLI_TLS_CERT: text('PEM file of the server certificate'),
  LINLI_TLS_KEY: text('PEM file of its key'),
  LINLI_TLS_CA: text('PEM file of the authority, for people to trust'),
})
export type EnvironmentVariable = keyof Static<typeof Environment>
const environment = Compile(Environment)

/** Their wrong values are not repeated in messages. */
const secret: ReadonlySet<string> = new Set([
  'LINLI_ADMIN_PASSWORD',
  'LINLI_SERVICE_TOKEN',
  'LINLI_PASS_KEY',
  'LINLI_FACE_KEY',
  'LINLI_DATABASE_URL',
])

/** The environment, parsed. Paths are absolute; null means not given. */
export interface Settings {
  readonly home: string
  readonly configFile: string | null
  /** TLS listens here; plaintext only where it is loopback or somebody accepted it. */
  readonly bind: string
  readonly httpPort: number
  readonly mqttPort: number
  /** Null: no TLS listener. */
  readonly httpsPort: number | null
  readonly mqttsPort: number | null
  readonly models: string | null
  readonly community: string
  readonly databaseUrl: string | null
  /** Only looked at on the first start. */
  readonly adminPassword: string | null
  /** Set by the supervisor for its children; 0 and null where a part runs by itself. */
  readonly gatewayPort: number
  readonly gatewayUrl: string | null
  readonly apiUrl: string | null
  readonly serviceToken: string | null
  /** Signs and checks the QR codes of visitors; both processes hold it. */
  readonly passKey: string | null
  /** AES-256 key of the face templates, 64 hex digits; the gateway's alone. */
  readonly faceKeyHex: string | null
  /** Where the plaintext listeners bind: never off-loopback unless the supervisor says so. */
  readonly httpBind: string
  readonly mqttBind: string
  readonly tlsCertFile: string | null
  readonly tlsKeyFile: string | null
  /** The authority's certificate: public, to be handed to whoever wants to trust this box. */
  readonly tlsCaFile: string | null
}

/** True for addresses that no other machine can reach; `0.0.0.0` and `::` are not. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.')) ||
  /^::ffff:127\./i.test(host)

const invalid = (variable: string, value: string | undefined, expected: string): CodedError =>
  new CodedError(
    'config.invalid',
    secret.has(variable)
      ? `${variable}: expected ${expected}`
      : `${variable}: expected ${expected}, got ${JSON.stringify(value)}`,
    { variable },
  )

function check(env: NodeJS.ProcessEnv): Static<typeof Environment> {
  const given: Record<string, string> = {}
  for (const name of Object.keys(Environment.properties)) {
    const value = env[name]
    // An empty variable is an unset one: that is how compose files and unit files leave things out.
    if (value !== undefined && value !== '') given[name] = value
  }
  const [error] = environment.Errors(given)
  if (error !== undefined) {
    const name = error.instancePath.slice(1) as EnvironmentVariable
    const schema = Environment.properties[name] as { readonly description?: string }
    throw invalid(name, given[name], schema.description ?? error.message)
  }
  const checked = given as Static<typeof Environment>
  for (const name of ['LINLI_BIND', 'LINLI_HTTP_BIND', 'LINLI_MQTT_BIND'] as const) {
    const host = checked[name]
    if (host !== undefined && host !== 'localhost' && isIP(host) === 0)
      throw invalid(name, host, 'an IP address or localhost')
  }
  return checked
}

const numberOf = <T>(value: string | undefined, otherwise: T): number | T =>
  value === undefined ? otherwise : Number(value)
const pathOf = (value: string | undefined): string | null =>
  value === undefined ? null : resolve(value)

/**
 * Parses the environment once, at the start of a process. Throws `config.invalid` naming the
 * variable; `extra.variable` carries the name too. Secrets are never repeated.
 */
export function readEnv(env: NodeJS.ProcessEnv): Settings {
  const given = check(env)
  const bind = given.LINLI_BIND ?? '127.0.0.1'
  const plaintextBind = isLoopback(bind) ? bind : '127.0.0.1'
  return {
    home: resolve(given.LINLI_HOME ?? 'data'),
    configFile: pathOf(given.LINLI_CONFIG),
    bind,
    httpPort: numberOf(given.LINLI_HTTP_PORT, 8080),
    mqttPort: numberOf(given.LINLI_MQTT_PORT, 1883),
    httpsPort: numberOf(given.LINLI_HTTPS_PORT, null),
    mqttsPort: numberOf(given.LINLI_MQTTS_PORT, null),
    models: pathOf(given.LINLI_MODELS),
    community: given.LINLI_COMMUNITY ?? 'home',
    databaseUrl: given.LINLI_DATABASE_URL ?? null,
    adminPassword: given.LINLI_ADMIN_PASSWORD ?? null,
    gatewayPort: numberOf(given.LINLI_GATEWAY_PORT, 0),
    gatewayUrl: given.LINLI_GATEWAY_URL ?? null,
    apiUrl: given.LINLI_API_URL ?? null,
    serviceToken: given.LINLI_SERVICE_TOKEN ?? null,
    passKey: given.LINLI_PASS_KEY ?? null,
    faceKeyHex: given.LINLI_FACE_KEY ?? null,
    httpBind: given.LINLI_HTTP_BIND ?? plaintextBind,
    mqttBind: given.LINLI_MQTT_BIND ?? plaintextBind,
    tlsCertFile: pathOf(given.LINLI_TLS_CERT),
    tlsKeyFile: pathOf(given.LINLI_TLS_KEY),
    tlsCaFile: pathOf(given.LINLI_TLS_CA),
  }
}
