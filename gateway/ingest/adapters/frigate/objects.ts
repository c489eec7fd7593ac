import { minuteMs } from '../../../../contracts/clock.ts'
import type { DeviceVoice } from '../shared/device-voice.ts'
import { type KnownValues, tell } from '../shared/known-values.ts'
import type { Tracked } from './read-event.ts'

/** An object that Frigate has not yet said the end of. */
export interface OpenObject {
  readonly label: string
  readonly zones: readonly string[]
  readonly lastAt: number
}

export interface Camera {
  readonly device: string
  readonly values: KnownValues
  objects: Record<string, OpenObject>
  /** What we have told of it. */
  online: boolean | null
}

const objectsMax = 200
/** Frigate speaks of every object at least once a minute; its `end` can be lost with QoS 0. */
export const lostAfterMs = 3 * minuteMs

/** False where there are too many to keep. */
export function keep(camera: Camera, tracked: Tracked, receivedAt: number): boolean {
  if (camera.objects[tracked.id] === undefined && Object.keys(camera.objects).length >= objectsMax)
    return false
  const { label, zones } = tracked
  camera.objects[tracked.id] = { label, zones, lastAt: receivedAt }
  return true
}

/** Takes out what Frigate has stopped speaking of; true where there was any. */
export function dropLost(camera: Camera, now: number): boolean {
  const lost = Object.keys(camera.objects).filter(
    (id) => now - (camera.objects[id]?.lastAt ?? now) >= lostAfterMs,
  )
  for (const id of lost) delete camera.objects[id]
  return lost.length > 0
}

const countName = (label: string): string => {
  const plain = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+(.)?/g, (_, next?: string) => (next ?? '').toUpperCase())
  return `${plain}Count`
}

/** `personCount` of the whole picture and `personCount:ZONE` of each zone, where they have changed. */
export function tellCounts(voice: DeviceVoice, camera: Camera): void {
  const counts = new Map<string, number>()
  for (const name of Object.keys(camera.values)) if (/Count(:|$)/.test(name)) counts.set(name, 0)
  for (const { label, zones } of Object.values(camera.objects)) {
    const name = countName(label)
    for (const each of [name, ...zones.map((zone) => `${name}:${zone}`.slice(0, 64))])
      counts.set(each, (counts.get(each) ?? 0) + 1)
  }
  for (const [name, count] of counts) tell(voice, camera.values, name, count)
}
