import { macOf } from '../device-id.ts'
import { checkTree, parseJson, payloadText, type Refusal, refuse } from '../../payload-text.ts'
import { type DeviceBlock, deviceBlock, loneBlock, textOf } from './device-block.ts'
import { type Entity, parseEntity } from './entity.ts'
import { expandConfig, isObject } from './expand.ts'

export interface DiscoveryTopic {
  readonly component: string
  readonly nodeId: string | null
  readonly objectId: string
}

/** What a config message asks for. */
export type Announcement =
  | { readonly kind: 'removed' }
  | { readonly kind: 'migrated' }
  | {
      readonly kind: 'announced'
      readonly device: DeviceBlock
      readonly entities: readonly { readonly entity: Entity; readonly config: Config }[]
      /** Keys of components that hold only `p`: they are to go. */
      readonly dropped: readonly string[]
      readonly form: 'single' | 'device'
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

type Config = Readonly<Record<string, unknown>>
const idPattern = /^[a-zA-Z0-9_-]+$/
export const entitiesPerDeviceMax = 256

/** `<prefix>/<component>/[<node_id>/]<object_id>/config`; null for any other topic. */
export function parseDiscoveryTopic(prefix: string, topic: string): DiscoveryTopic | null {
  if (!topic.startsWith(`${prefix}/`) || !topic.endsWith('/config')) return null
  const levels = topic.slice(prefix.length + 1, -'/config'.length).split('/')
  if (levels.length < 2 || levels.length > 3 || !levels.every((level) => idPattern.test(level)))
    return null
  const [component = '', second = '', third] = levels
  return third === undefined
    ? { component, nodeId: null, objectId: second }
    : { component, nodeId: second, objectId: third }
}

const refused = (refusal: Refusal): Announcement => ({ kind: 'refused', refusal })

export function readConfig(topic: string, at: DiscoveryTopic, payload: Uint8Array): Announcement {
  if (payload.length === 0) return { kind: 'removed' }
  const text = payloadText(payload)
  if (text === null) return refused(refuse('payload.not-json', 'not UTF-8'))
  const parsed = parseJson(text)
  if (!isObject(parsed)) return refused(refuse('payload.not-json', text.slice(0, 80)))
  const tree = checkTree(parsed)
  if (tree !== null) return refused(tree)
  const config = expandConfig(parsed)
  if (config['migrate_discovery'] === true) return { kind: 'migrated' }
  return at.component === 'device' ? deviceForm(topic, config) : singleForm(topic, at, config)
}

/** ESPHome's old default is the same on every node: it says nothing about whose entity this is. */
const legacyEsp = /^ESP[a-z_]/

function singleForm(topic: string, at: DiscoveryTopic, config: Config): Announcement {
  const uniqueId = textOf(config['unique_id'])
  const device =
    deviceBlock(config['device'], uniqueId !== null && legacyEsp.test(uniqueId)) ??
    loneBlock(textOf(config['name']), at.nodeId ?? uniqueId ?? at.objectId)
  const { device: _device, origin: _origin, ...own } = config
  const entity = parseEntity(topic, at.component, at.objectId, own)
  return {
    kind: 'announced',
    device,
    entities: [{ entity, config: own }],
    dropped: [],
    form: 'single',
  }
}

function deviceForm(topic: string, config: Config): Announcement {
  const { device, origin, components, ...root } = config
  const block = deviceBlock(device, false)
  if (block === null || !isObject(origin) || !isObject(components))
    return refused(refuse('payload.invalid', 'device form needs dev, o and cmps'))
  const parts = Object.entries(components)
  if (parts.length > entitiesPerDeviceMax)
    return refused(refuse('payload.invalid', `more than ${entitiesPerDeviceMax} components`))
  const shared = sharedOf(root)
  const entities: { entity: Entity; config: Config }[] = []
  const dropped: string[] = []
  for (const [name, part] of parts) {
    if (!isObject(part) || typeof part['platform'] !== 'string') continue
    const key = `${topic}#${name}`
    if (Object.keys(part).length === 1) dropped.push(key)
    else {
      const own = { ...shared, ...part }
      entities.push({ entity: parseEntity(key, part['platform'], name, own), config: own })
    }
  }
  return { kind: 'announced', device: block, entities, dropped, form: 'device' }
}

const sharedKeys: ReadonlySet<string> = new Set([
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'command_topic',
  'encoding',
  'payload_available',
  'payload_not_available',
  'qos',
  'state_topic',
])

const sharedOf = (root: Config): Config =>
  Object.fromEntries(Object.entries(root).filter(([key]) => sharedKeys.has(key)))

/** Of `esphome/discover/<node>`: which node has which address. Null where it says neither. */
export function readEspHome(
  payload: Uint8Array,
): { readonly mac: string; readonly name: string | null; readonly board: string | null } | null {
  const text = payloadText(payload)
  const parsed = text === null ? undefined : parseJson(text)
  if (!isObject(parsed) || typeof parsed['mac'] !== 'string') return null
  const mac = macOf(parsed['mac'])
  if (mac === null) return null
  const name = textOf(parsed['friendly_name']) ?? textOf(parsed['name'])
  return { mac, name, board: textOf(parsed['board']) }
}
