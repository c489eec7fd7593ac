import { isSlug } from './ids.ts'

/** MQTT topics of contract v1: `linli/v1/{community}/{device}/{leaf}`. */
export const topicRoot = 'linli/v1'
export const gatewayDevice = 'gateway'

export const leaves = ['info', 'status', 'telemetry', 'event', 'frame', 'command', 'ack'] as const
export type Leaf = (typeof leaves)[number]
const leafSet: ReadonlySet<string> = new Set(leaves)

export interface DeviceTopic {
  readonly community: string
  readonly device: string
  readonly leaf: Leaf
  /** The capture time in `frame/{ms}`, else null. */
  readonly captureMs: number | null
}

export const deviceTopic = (community: string, device: string, leaf: Leaf): string =>
  `${topicRoot}/${community}/${device}/${leaf}`

/** Null where the topic is not one of ours; nothing is guessed. */
export function parseDeviceTopic(topic: string): DeviceTopic | null {
  const parts = topic.split('/')
  const [linli, version, community, device, leaf, suffix] = parts
  if (linli !== 'linli' || version !== 'v1' || community === undefined || device === undefined)
    return null
  if (leaf === undefined || !leafSet.has(leaf) || !isSlug(community) || !isSlug(device)) return null
  if (parts.length === 5) return { community, device, leaf: leaf as Leaf, captureMs: null }
  if (parts.length !== 6 || leaf !== 'frame' || suffix === undefined || !/^\d{1,16}$/.test(suffix))
    return null
  return { community, device, leaf, captureMs: Number(suffix) }
}
