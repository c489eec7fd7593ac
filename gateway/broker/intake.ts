import type { ErrorCode } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { type DeviceTopic, parseDeviceTopic } from '../../contracts/topics.ts'

/** Leaves that a device retains; the retain flag of any other is ignored. */
const retainedLeaves: ReadonlySet<string> = new Set(['info', 'status'])

/** What is to be done with messages of one topic, whoever sent them. */
export interface Route {
  readonly topic: DeviceTopic | null
  readonly frame: boolean
  readonly bytesMax: number
  readonly mayRetain: boolean
}

/** zigbee2mqtt lists all of its devices in one message, with everything that they can: a hundred are 2 MiB. */
const isDeviceList = (topic: string): boolean => topic.endsWith('/bridge/devices')

export function routeOf(topic: string): Route {
  const parsed = parseDeviceTopic(topic)
  const frame = parsed?.leaf === 'frame'
  return {
    topic: parsed,
    frame,
    bytesMax: frame || isDeviceList(topic) ? limits.frameBytesMax : limits.payloadBytesMax,
    mayRetain: parsed === null || retainedLeaves.has(parsed.leaf),
  }
}

/** JPEG streams begin with SOI and another marker [ISO/IEC 10918-1 B.1.1.3]. */
export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff

export function refusePayload(route: Route, payload: Uint8Array): ErrorCode | null {
  if (payload.length > route.bytesMax)
    return route.frame ? 'frame.too-large' : 'mqtt.packet-too-large'
  if (route.frame && !isJpeg(payload)) return 'frame.not-jpeg'
  return null
}
