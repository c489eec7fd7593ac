import { textOf } from './device-block.ts'
import { isObject } from './expand.ts'
import { binaryMeaning, type Meaning, sensorMeaning } from './meaning.ts'
import { parseTemplate, pythonText, type Template } from './template.ts'

export interface AvailabilityTopic {
  readonly topic: string
  readonly available: string
  readonly notAvailable: string
  readonly template: Template | null
}

export interface Availability {
  readonly mode: 'latest' | 'all' | 'any'
  readonly topics: readonly AvailabilityTopic[]
}

export type EntityKind = 'binary' | 'sensor' | 'event' | 'trigger' | 'tracker' | 'picture' | 'none'

/** One thing that a config announces, ready to take messages. */
export interface Entity {
  /** Discovery topic, and in the device form `#` and the component's key. */
  readonly key: string
  readonly component: string
  readonly objectId: string
  readonly uniqueId: string | null
  readonly name: string
  readonly kind: EntityKind
  readonly stateTopic: string | null
  readonly template: Template | null
  /** Texts of a binary sensor's, switch's or trigger's payload. */
  readonly on: string
  readonly off: string
  readonly meaning: Meaning | null
  readonly numeric: boolean
  readonly offDelayMs: number | null
  readonly expireAfterMs: number | null
  readonly availability: Availability | null
  readonly deviceClass: string | null
  readonly eventTypes: readonly string[]
  /** Of a trigger. */
  readonly eventType: string
  readonly base64: boolean
  /** Why nothing comes of it; null where all is well. */
  readonly problem: string | null
}

type Config = Readonly<Record<string, unknown>>

const topicMax = 256
const msMax = 7 * 86_400_000

/** A topic that may be listened to: no wildcard, none of the broker's own, none of ours. */
export function usableTopic(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > topicMax) return null
  if (['+', '#', '\0'].some((mark) => value.includes(mark))) return null
  if (value.startsWith('$') || value.startsWith('linli/')) return null
  return value.split('/').length <= 16 ? value : null
}

/** Config values are compared as Python prints them: zigbee2mqtt sends `payload_on: false` for a door. */
const payloadText = (value: unknown, otherwise: string): string =>
  value === undefined ? otherwise : (pythonText({ value }) ?? otherwise)

const msOf = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && value * 1_000 <= msMax ? value * 1_000 : null

const problems = {
  template: 'template not supported',
  component: 'kind not understood',
  unit: 'unit not understood',
  topic: 'topic not usable',
  url: 'pictures by address are not fetched',
} as const

const kinds: Readonly<Record<string, EntityKind>> = {
  binary_sensor: 'binary',
  sensor: 'sensor',
  event: 'event',
  device_automation: 'trigger',
  device_tracker: 'tracker',
  camera: 'picture',
  image: 'picture',
  switch: 'binary',
  light: 'binary',
}

/** From an expanded config. */
export function parseEntity(
  key: string,
  component: string,
  objectId: string,
  config: Config,
): Entity {
  const kind = kinds[component] ?? 'none'
  const template = templateOf(component, config)
  const availability = parseAvailability(config)
  const deviceClass = textOf(config['device_class'], 64)
  const unit = textOf(config['unit_of_measurement'], 32)
  const reading = objectId.slice(0, 64)
  const meaning =
    kind === 'sensor'
      ? sensorMeaning(deviceClass, unit, reading)
      : kind === 'binary'
        ? binaryMeaning(component === 'binary_sensor' ? deviceClass : null, reading)
        : kind === 'tracker'
          ? {
              reading: 'location',
              shared: false,
              scale: (value: number) => value,
              lifeSafety: false,
            }
          : null
  const stateTopic = usableTopic(topicOf(kind, component, config))
  return {
    key,
    component,
    objectId,
    uniqueId: textOf(config['unique_id']),
    name: textOf(config['name'], 128) ?? objectId.slice(0, 128),
    kind,
    stateTopic,
    template: template === 'unsupported' ? null : template,
    ...payloadsOf(component, config),
    meaning,
    numeric: unit !== null || textOf(config['state_class']) !== null,
    offDelayMs: msOf(config['off_delay']),
    expireAfterMs: msOf(config['expire_after']),
    availability: availability === 'unsupported' ? null : availability,
    deviceClass,
    eventTypes: Array.isArray(config['event_types']) ? config['event_types'].map(String) : [],
    eventType: `${textOf(config['subtype'], 30) ?? 'button'}.${textOf(config['type'], 30) ?? 'pressed'}`,
    base64: config['image_encoding'] === 'b64',
    problem: problemOf(kind, config, { template, availability, meaning, stateTopic }),
  }
}

function problemOf(
  kind: EntityKind,
  config: Config,
  parsed: {
    readonly template: Template | 'unsupported' | null
    readonly availability: Availability | 'unsupported' | null
    readonly meaning: Meaning | null
    readonly stateTopic: string | null
  },
): string | null {
  if (kind === 'none') return problems.component
  if (parsed.template === 'unsupported' || parsed.availability === 'unsupported')
    return problems.template
  if (kind === 'picture' && config['url_topic'] !== undefined) return problems.url
  if (kind === 'sensor' && parsed.meaning === null) return problems.unit
  return parsed.stateTopic === null ? problems.topic : null
}

function topicOf(kind: EntityKind, component: string, config: Config): unknown {
  if (kind === 'trigger' || component === 'camera') return config['topic']
  return component === 'image' ? config['image_topic'] : config['state_topic']
}

function templateOf(component: string, config: Config): Template | 'unsupported' | null {
  const text = component === 'light' ? config['state_value_template'] : config['value_template']
  if (typeof text !== 'string') return null
  return parseTemplate(text) ?? 'unsupported'
}

function payloadsOf(
  component: string,
  config: Config,
): { readonly on: string; readonly off: string } {
  if (component === 'device_automation') return { on: payloadText(config['payload'], ''), off: '' }
  if (component === 'device_tracker')
    return {
      on: payloadText(config['payload_home'], 'home'),
      off: payloadText(config['payload_not_home'], 'not_home'),
    }
  const on = payloadText(config['payload_on'], 'ON')
  const off = payloadText(config['payload_off'], 'OFF')
  if (component !== 'switch') return { on, off }
  return { on: payloadText(config['state_on'], on), off: payloadText(config['state_off'], off) }
}

const topicsPerEntityMax = 8

function parseAvailability(config: Config): Availability | 'unsupported' | null {
  const { availability, availability_mode: mode } = config
  const list: readonly unknown[] = Array.isArray(availability)
    ? availability.slice(0, topicsPerEntityMax)
    : config['availability_topic'] === undefined
      ? []
      : [
          {
            topic: config['availability_topic'],
            payload_available: config['payload_available'],
            payload_not_available: config['payload_not_available'],
            value_template: config['availability_template'],
          },
        ]
  const topics: AvailabilityTopic[] = []
  for (const entry of list) {
    if (!isObject(entry)) continue
    const topic = usableTopic(entry['topic'])
    if (topic === null) continue
    const text = entry['value_template']
    const template = typeof text === 'string' ? parseTemplate(text) : null
    if (typeof text === 'string' && template === null) return 'unsupported'
    topics.push({
      topic,
      available: payloadText(entry['payload_available'], 'online'),
      notAvailable: payloadText(entry['payload_not_available'], 'offline'),
      template,
    })
  }
  if (topics.length === 0) return null
  return { mode: mode === 'all' || mode === 'any' ? mode : 'latest', topics }
}
