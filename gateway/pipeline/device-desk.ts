import type { DeviceGone, DeviceSeen } from '../../contracts/events.ts'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { GoneInput, InfoInput, Input, StatusInput } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { DeviceBook, DeviceEntry } from './device-book.ts'
import type { EventDesk } from './event-desk.ts'

/** How a device that an adapter brought in last described itself. */
type Described = (community: string, device: string) => DeviceInfo | null

/** Keeps the book of devices, tells the api of unknown ones, and decides whose inputs count. */
export class DeviceDesk {
  readonly #roster: RosterView
  readonly #book: DeviceBook
  readonly #events: EventDesk
  readonly #described: Described
  #firstSeen: { community: string; device: string; client: string }[] = []

  constructor(
    roster: RosterView,
    book: DeviceBook,
    events: EventDesk,
    described: Described = () => null,
  ) {
    this.#roster = roster
    this.#book = book
    this.#events = events
    this.#described = described
  }

  takeFirstSeen(): { community: string; device: string; client: string }[] {
    const firstSeen = this.#firstSeen
    this.#firstSeen = []
    return firstSeen
  }

  /**
   * Notes what a device said. False where rules must not hear of it: the device waits for approval, is
   * blocked or unknown. Facts of the gateway itself always count.
   */
  meet(input: Input, record: LogRecord): boolean {
    switch (input.kind) {
      case 'reading':
      case 'beat':
      case 'event':
      case 'status':
      case 'info':
      case 'gone':
        return this.#fromDevice(input, record)
      case 'start':
        this.#book.forgetOnline()
        return true
      case 'coverage':
        // Frames are no records: that a camera has ever sent is remembered by what it covered.
        this.#known(this.#book.meet(input.community, input.device, record.client, input.to))
        return true
      case 'access':
      case 'crossing':
      case 'identity':
      case 'alarm':
      case 'evidence':
      case 'camera-state':
      case 'sighting':
      case 'tick':
        return true
    }
  }

  #fromDevice(
    input: Extract<Input, { kind: 'reading' | 'beat' | 'event' | 'status' | 'info' | 'gone' }>,
    record: LogRecord,
  ): boolean {
    const { community, device } = input
    // What the gateway itself has to say, as that a carer has seen somebody.
    if (device === gatewayDevice) return record.client === gatewayDevice
    if (input.kind === 'gone') return this.#gone(input)
    const entry = this.#book.meet(community, device, record.client, input.receivedAt)
    const state = this.#standing(entry, community, device)
    if (entry !== null) {
      this.#known(entry)
      if (input.kind === 'reading') {
        const { ts, value, retained } = input
        const point = retained === true ? { ts, value, retained } : { ts, value }
        this.#book.value(entry, input.name, point)
      } else if (input.kind === 'status') this.#status(entry, input)
      else if (input.kind === 'info') this.#info(entry, input)
      if (state === null || input.kind === 'info') this.#announce(entry, state, input.receivedAt)
    }
    return state === 'approved'
  }

  #standing(
    entry: DeviceEntry | null,
    community: string,
    device: string,
  ): RosterDevice['state'] | null {
    const { version } = this.#roster
    if (entry?.standing?.version === version) return entry.standing.state
    const state = this.#roster.device(community, device)?.state ?? null
    if (entry !== null) entry.standing = { version, state }
    return state
  }

  #known(entry: DeviceEntry | null): void {
    if (entry === null || entry.info !== null || entry.announced !== null) return
    entry.info = ''
    this.#book.touch(entry)
    const { community, id: device, firstClient: client } = entry
    this.#firstSeen.push({ community, device, client })
  }

  #status(entry: DeviceEntry, input: StatusInput): void {
    if (entry.online === input.online) return
    entry.online = input.online
    this.#book.touch(entry)
    this.#events.add(
      {
        type: 'device.status',
        community: entry.community,
        device: entry.id,
        ts: input.receivedAt,
        data: { online: input.online },
      },
      input.receivedAt,
      String(input.online),
    )
  }

  #info(entry: DeviceEntry, input: InfoInput): void {
    const text = JSON.stringify(input.info)
    if (entry.info === text) return
    entry.info = text
    this.#book.touch(entry)
  }

  /** Of a device that nobody approved, nothing stays; of one that somebody did, that it is gone. */
  #gone({ community, device, receivedAt, reason }: GoneInput): boolean {
    const entry = this.#book.find(community, device)
    const state = this.#standing(entry, community, device)
    if (entry !== null && state === 'approved') {
      entry.online = null
      entry.announced = ''
      this.#book.touch(entry)
    } else this.#book.forget(community, device)
    const data: DeviceGone = { reason }
    this.#events.add({ type: 'device.gone', community, device, ts: receivedAt, data }, receivedAt)
    return state === 'approved'
  }

  /**
   * Once per unknown device, and again when it describes itself differently. Of an approved one the api
   * hears what its bridge says, for it may have been renamed, and what a loudspeaker says that it can.
   */
  #announce(entry: DeviceEntry, state: RosterDevice['state'] | null, receivedAt: number): void {
    const info = entry.info || this.#describedText(entry)
    if (entry.announced === info) return
    const data: DeviceSeen = {
      client: entry.firstClient,
      info: info === '' ? null : (JSON.parse(info) as DeviceInfo),
    }
    const told = data.info?.adapter !== undefined || data.info?.type === 'speaker'
    if (state !== null && state !== 'pending' && !told) return
    entry.announced = info
    this.#book.touch(entry)
    const { community, id: device } = entry
    this.#events.add(
      { type: 'device.seen', community, device, ts: receivedAt, data },
      receivedAt,
      info,
    )
  }

  #describedText({ community, id }: DeviceEntry): string {
    const info = this.#described(community, id)
    return info === null ? '' : JSON.stringify(info)
  }
}
