import { secondMs } from '../../contracts/clock.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type {
  AccessFact,
  CameraStateFact,
  DeviceEventInput,
  Input,
  SightingFact,
} from '../model/input.ts'
import type { EventDesk } from './event-desk.ts'

const sightingEveryMs = 5 * secondMs
const camerasMax = 10_000

/** Which of the gateway's own facts the api hears of as events. */
export class FactEvents {
  readonly #events: EventDesk
  #sightingAt = new Map<string, number>()

  constructor(events: EventDesk) {
    this.#events = events
  }

  note(input: Input): void {
    if (input.kind === 'sighting') this.#sighting(input)
    else if (input.kind === 'access') this.#access(input)
    else if (input.kind === 'camera-state') this.#cameraState(input)
    else if (input.kind === 'event') this.#alarm(input)
  }

  /** What a siren or loudspeaker answered to the alarm of the house. */
  #alarm({ device, type, community, id, ts, data, receivedAt }: DeviceEventInput): void {
    if (type !== 'alarm.sounded' || device !== gatewayDevice) return
    const { device: sounded, ...said } = data
    const about = typeof sounded === 'string' ? sounded : device
    this.#events.add({ type, community, device: about, ts, data: said }, receivedAt, id)
  }

  #cameraState(fact: CameraStateFact): void {
    this.#events.add(
      {
        type: 'camera.state',
        community: fact.community,
        device: fact.camera,
        ts: Math.round(fact.since),
        data: { state: fact.state },
      },
      fact.receivedAt,
      `${fact.state} ${fact.receivedAt}`,
    )
  }

  /** At most one per camera and five seconds: the history shall be readable, not complete. */
  #sighting(fact: SightingFact): void {
    if (fact.objects.length === 0) return
    const key = `${fact.community}/${fact.camera}`
    const last = this.#sightingAt.get(key)
    if (last !== undefined && Math.abs(fact.ts - last) < sightingEveryMs) return
    if (this.#sightingAt.size >= camerasMax) this.#sightingAt = new Map()
    this.#sightingAt.set(key, fact.ts)
    const objects = fact.objects.map(({ label, score, trackId, zones, stillMs }) => ({
      label,
      score,
      trackId,
      zones,
      stillMs,
    }))
    this.#events.add(
      {
        type: 'sighting',
        community: fact.community,
        device: fact.camera,
        ts: fact.ts,
        data: { objects: objects.slice(0, 100), evidenceSha256: fact.evidenceSha256 },
      },
      fact.receivedAt,
    )
  }

  /** A car that was let through is `vehicle.passed`; whoever else was, `access.granted`. */
  #access(fact: AccessFact): void {
    const { community, door: device, ts, granted, holder, reason, plate } = fact
    const { method = 'card', direction, confidence, by } = fact
    const passed = plate === undefined ? 'access.granted' : 'vehicle.passed'
    this.#events.add(
      {
        type: granted ? passed : 'access.denied',
        community,
        device,
        ts,
        data: {
          holder,
          reason,
          method,
          ...(direction === undefined ? {} : { direction }),
          ...(plate === undefined ? {} : { plate }),
          ...(confidence === undefined ? {} : { confidence }),
          ...(by === undefined ? {} : { by }),
          ...(fact.notice === undefined ? {} : { notice: fact.notice }),
          ...(fact.irregular === undefined ? {} : { irregular: fact.irregular }),
        },
      },
      fact.receivedAt,
      // Two decisions of one millisecond are two events; a repeated report is the same one.
      [method, holder?.id ?? '', plate ?? '', reason].join(' '),
    )
  }
}
