import {
  type BarrierSettings,
  type DoorSettings,
  type RelaySettings,
  defaultBarrier,
  defaultDoor,
  doorFault,
} from '../../contracts/access.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { DevicePatch, RelayGiven } from '../../contracts/http/devices.ts'
import { type CameraSettings, type RosterDevice, forbiddenAreas } from '../../contracts/roster.ts'
import { topicRoot } from '../../contracts/topics.ts'
import { checkGeometry } from './camera-geometry.ts'
import { meantSource } from './camera-source.ts'

/** What the configuration says of doors and relays. */
export interface DeviceRules {
  /** Who accepted that pictures alone tell a live face; null: nobody. */
  readonly pictureLivenessAcceptedBy: string | null
  readonly relayAddresses: readonly string[]
}

export type DeviceSettings = Pick<RosterDevice, 'camera' | 'door' | 'barrier' | 'relay'>
type Given = Pick<DevicePatch, 'camera' | 'door' | 'barrier' | 'relay'>

const cameraDefaults: CameraSettings = {
  priority: 'public',
  // Faces are found in order to be blurred.
  tasks: ['objects', 'faces'],
  source: null,
  zones: [],
  staleAfterMs: 30_000,
}

/** What a device is by the words of its type: `face-terminal`, `smart-lock`, `gate-camera`, 道闸. */
function kindsOf(type: string) {
  const lower = type.toLowerCase()
  const words = new Set(lower.split(/[^\p{L}\p{N}]+/u))
  const has = (...some: readonly string[]): boolean => some.some((word) => words.has(word))
  const isSensor = has('contact', 'sensor', 'magnet', 'bell', 'doorbell', 'button')
  const isCamera = has('camera') || lower.includes('摄像')
  const isBarrier =
    !isSensor && !isCamera && (has('barrier', 'barriers') || /gate-arm|boom-gate|道闸/.test(lower))
  const isDoor =
    !isSensor &&
    (has('door', 'terminal', 'lock', 'doorlock', 'smartlock') ||
      /access-?controller|门禁|门锁/.test(lower))
  const seesFaces = isDoor && (isCamera || has('face') || lower.includes('人脸'))
  const seesPlates = isCamera && has('plate', 'gate', 'barrier', 'anpr', 'lpr')
  return { isCamera: isCamera || seesFaces, isDoor, isBarrier, seesPlates }
}

/**
 * Settings of a device: what its type brings, then what stood before, then what is given. Refused are
 * forbidden places (control C12), doors that only a face opens (C2) or whose face nobody vouches for, and
 * relays off the list.
 */
export function settingsOf(
  device: { readonly id: string; readonly type: string },
  given: Given,
  before: Partial<DeviceSettings>,
  rules: DeviceRules,
): DeviceSettings {
  const kinds = kindsOf(device.type)
  const camera = cameraOf(kinds, given, before)
  const door = doorOf(device, kinds.isDoor, camera !== null, given, before, rules)
  const settings = {
    camera: camera !== null && door !== null && isNew(before) ? atDoor(camera, given) : camera,
    door,
    barrier: barrierOf(kinds.isBarrier, given, before),
    relay: relayOf(given, before),
  }
  check(settings, rules)
  return settings
}

type Kinds = ReturnType<typeof kindsOf>
const isNew = (before: Partial<DeviceSettings>): boolean => (before.camera ?? null) === null

function cameraOf(kinds: Kinds, given: Given, before: Partial<DeviceSettings>) {
  const old = before.camera ?? null
  if (given.camera === undefined && old === null && !kinds.isCamera) return null
  const plates: Partial<CameraSettings> = kinds.seesPlates
    ? { priority: 'door', tasks: ['plates', 'objects'] }
    : {}
  return { ...cameraDefaults, ...plates, ...old, ...given.camera, ...sourcesOf(given, old) }
}

/** The addresses that are given, with the passwords that are stored where they were struck out. */
function sourcesOf({ camera }: Given, old: CameraSettings | null): Partial<CameraSettings> {
  const { source, subSource } = camera ?? {}
  return {
    ...(typeof source === 'string' ? { source: meantSource(source, old?.source) } : {}),
    ...(typeof subSource === 'string' ? { subSource: meantSource(subSource, old?.subSource) } : {}),
  }
}

/** A camera that is a door: its frames open it, so they are never dropped for others. */
const atDoor = (camera: CameraSettings, given: Given): CameraSettings => ({
  ...camera,
  priority: given.camera?.priority ?? 'door',
  tasks: given.camera?.tasks ?? ['recognition'],
})

function doorOf(
  { id }: { readonly id: string },
  isDoor: boolean,
  hasCamera: boolean,
  given: Given,
  before: Partial<DeviceSettings>,
  rules: DeviceRules,
): DoorSettings | null {
  if (given.door === null) return null
  const old = before.door ?? null
  if (given.door === undefined && old === null && !isDoor) return null
  const accepted = rules.pictureLivenessAcceptedBy !== null
  const ownEyes: Partial<DoorSettings> = hasCamera
    ? { cameras: [id], methods: [accepted ? 'face' : 'face+pin', 'card', 'pin', 'qr'] }
    : {}
  return { ...defaultDoor, ...ownEyes, ...old, ...given.door }
}

function barrierOf(
  isBarrier: boolean,
  given: Given,
  before: Partial<DeviceSettings>,
): BarrierSettings | null {
  if (given.barrier === null) return null
  const old = before.barrier ?? null
  if (given.barrier === undefined && old === null && !isBarrier) return null
  return { ...defaultBarrier, ...old, ...given.barrier }
}

function relayOf(given: Given, before: Partial<DeviceSettings>): RelaySettings | null {
  if (given.relay === null) return null
  return given.relay === undefined ? (before.relay ?? null) : wholeRelay(given.relay)
}

function wholeRelay(relay: RelayGiven): RelaySettings {
  if ('url' in relay) {
    return {
      kind: 'http',
      method: relay.method ?? 'POST',
      url: relay.url,
      body: relay.body ?? null,
    }
  }
  return {
    kind: 'mqtt',
    topic: relay.topic,
    payload: relay.payload ?? 'ON',
    stateTopic: relay.stateTopic ?? null,
    stateIncludes: relay.stateIncludes ?? null,
  }
}

function check({ camera, door, relay }: DeviceSettings, rules: DeviceRules): void {
  const area = camera?.areaType
  if (area !== undefined && forbiddenAreas.has(area)) {
    throw new CodedError('camera.area-forbidden', `areaType ${area}`)
  }
  if (camera != null) checkGeometry(camera)
  if (door !== null && door !== undefined) {
    const fault = doorFault(door, rules.pictureLivenessAcceptedBy)
    if (fault !== null) throw new CodedError(fault, `methods ${door.methods.join(', ')}`)
  }
  for (const source of [camera?.source, camera?.subSource]) checkScheme(source)
  if (relay?.kind === 'http' && !isListed(relay.url, rules.relayAddresses)) {
    throw new CodedError('relay.refused', `relay ${relay.url}`)
  }
  // Our own topics carry commands with ids and acks: no relay is to forge them.
  if (relay?.kind === 'mqtt' && isOwnTopic(relay.topic)) {
    throw new CodedError('relay.refused', `relay ${relay.topic}`)
  }
}

const isOwnTopic = (topic: string): boolean =>
  topic === topicRoot || topic.startsWith(`${topicRoot}/`)

/** A path has none. Where an address leads is for the box to look at: it resolves the name. */
function checkScheme(source: string | null | undefined): void {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(source ?? '') ?? []
  if (scheme !== undefined && !/^(rtsps?|https?)$/i.test(scheme)) {
    throw new CodedError('camera.source-refused', `protocol "${scheme.slice(0, 20)}" not allowed`)
  }
}

/** Encoded slashes, backslashes, dots and zeros: a server may read them as a way up. */
const hidden = /%(2f|5c|00|2e)/i

/**
 * Same scheme, host and port as an entry of the list, and at or below its path, as a client reads both.
 * No user names. The gateway checks again before it calls.
 */
export function isListed(address: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.username !== '' || url.password !== '' || hidden.test(url.pathname)) return false
  return allowed.some((entry) => {
    if (!URL.canParse(entry)) return false
    const { origin, pathname } = new URL(entry)
    if (origin !== url.origin) return false
    const below = pathname.endsWith('/') ? pathname : `${pathname}/`
    return url.pathname === pathname || url.pathname.startsWith(below)
  })
}
