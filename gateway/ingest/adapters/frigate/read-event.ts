import { secondMs } from '../../../../contracts/clock.ts'
import { isRecord, parseNumber, parseText } from '../shared/parse-value.ts'

/** One tracked object of Frigate, as the `after` of an event says. */
export interface Tracked {
  readonly id: string
  readonly camera: string
  readonly label: string
  readonly zones: readonly string[]
  readonly falsePositive: boolean
  /** Epoch ms; Frigate counts in seconds with fractions. */
  readonly frameAt: number | null
  readonly score: number | null
}

export type EventType = 'new' | 'update' | 'end'
export interface FrigateEvent {
  readonly type: EventType
  readonly after: Tracked
}

/** Seconds since the epoch with a fraction as ms. */
export const msOf = (seconds: unknown): number | null => {
  const value = parseNumber(seconds)
  return value === null || value <= 0 ? null : Math.round(value * secondMs)
}

const zonesMax = 32

/** `events`: `before` is what the last message said. Null where it is no event. */
export function readEvent(parsed: unknown): FrigateEvent | null {
  if (!isRecord(parsed) || !isRecord(parsed['after'])) return null
  const { type, after } = parsed
  if (type !== 'new' && type !== 'update' && type !== 'end') return null
  const tracked = readTracked(after)
  return tracked === null ? null : { type, after: tracked }
}

function readTracked(raw: Readonly<Record<string, unknown>>): Tracked | null {
  const id = parseText(raw['id'], 64)
  const camera = parseText(raw['camera'], 128)
  const label = parseText(raw['label'], 64)
  if (id === null || camera === null || label === null) return null
  const zones = Array.isArray(raw['current_zones']) ? raw['current_zones'] : []
  return {
    id,
    camera,
    label,
    zones: zones.slice(0, zonesMax).flatMap((zone: unknown) => parseText(zone, 64) ?? []),
    falsePositive: raw['false_positive'] === true,
    frameAt: msOf(raw['frame_time']),
    score: parseNumber(raw['score']),
  }
}

/** `tracked_object_update`: what Frigate believes of a face or a plate, after every attempt. */
export type Candidate =
  | {
      readonly type: 'face'
      readonly camera: string
      readonly at: number | null
      readonly name: string | null
      readonly score: number
    }
  | {
      readonly type: 'lpr'
      readonly camera: string
      readonly at: number | null
      readonly id: string
      readonly plate: string
      readonly score: number
    }

/** Null for what is neither a face nor a plate. */
export function readCandidate(parsed: unknown): Candidate | null {
  if (!isRecord(parsed)) return null
  const camera = parseText(parsed['camera'], 128)
  const score = parseNumber(parsed['score'])
  const at = msOf(parsed['timestamp'])
  if (camera === null || score === null) return null
  if (parsed['type'] === 'face')
    return { type: 'face', camera, at, score, name: parseText(parsed['name'], 100) }
  const id = parseText(parsed['id'], 64)
  const plate = parseText(parsed['plate'], 16)
  return parsed['type'] === 'lpr' && id !== null && plate !== null
    ? { type: 'lpr', camera, at, id, plate, score }
    : null
}

/** One camera of `camera_activity`; a face or plate that is known shows as `person-verified`. */
export function readActivity(activity: unknown, camera: string): readonly Tracked[] {
  const objects = isRecord(activity) ? activity['objects'] : null
  if (!Array.isArray(objects)) return []
  return objects.filter(isRecord).flatMap((object) => {
    const label = parseText(object['label'], 64)?.replace(/-verified$/, '')
    const tracked = readTracked({ ...object, camera, label })
    return tracked === null ? [] : [tracked]
  })
}
