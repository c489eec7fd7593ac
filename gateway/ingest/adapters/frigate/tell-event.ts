import type { DeviceVoice } from '../shared/device-voice.ts'
import { type Camera, keep } from './objects.ts'
import type { EventType, Tracked } from './read-event.ts'

/** Tells of a camera what has changed since the last time. */
export function tellStatus(
  { camera, voice }: { readonly camera: Camera; readonly voice: DeviceVoice },
  online: boolean,
): void {
  if (camera.online === online) return
  camera.online = online
  voice.status(online)
}

/**
 * Keeps the object and tells once that it came, that it entered a zone, and that it has gone. The `new` of an
 * object can be lost too: then its first update tells. What Frigate takes back as false was nothing.
 */
export function tellEvent(
  voice: DeviceVoice,
  camera: Camera,
  type: EventType,
  after: Tracked,
  receivedAt: number,
): void {
  const { id, label, score, zones } = after
  const before = camera.objects[id]
  if (after.falsePositive || type === 'end') delete camera.objects[id]
  if (after.falsePositive) return
  if (type === 'end') {
    voice.event('object.left', { label }, id)
    return
  }
  if (!keep(camera, after, receivedAt)) return
  if (before === undefined) voice.event('object.entered', { label, score, zones }, id)
  for (const zone of zones)
    if (before?.zones.includes(zone) !== true)
      voice.event('zone.entered', { label, zone }, `${id}\n${zone}\n${after.frameAt ?? receivedAt}`)
}
