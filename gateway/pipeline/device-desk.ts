import type { DeviceSeen } from '../../contracts/events.ts'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { InfoInput, Input, StatusInput } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { DeviceBook, DeviceEntry } from './device-book.ts'
import type { EventDesk } from './event-desk.ts'

/** Keeps the book of devices, tells the api of unknown ones, and decides whose inputs count. */
export class DeviceDesk {
  readonly #roster: RosterView
  readonly #book: DeviceBook
  readonly #events: EventDesk
  #firstSeen: { community: string; device: string; client: string }[] = []

  constructor(roster: RosterView, book: DeviceBook, events: EventDesk) {
    this.#roster = roster
    this.#book = book
    this.#events = events
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
    input: Extract<Input, { kind: 'reading' | 'beat' | 'event' | 'status' | 'info' }>,
    record: LogRecord,
  ): boolean {
    const { community, device } = input
    // What the gateway itself has to say, as that a carer has seen somebody.
    if (device === gatewayDevice) return record.client === gatewayDevice
    const entry = this.#book.meet(community, device, record.client, input.receivedAt)
    const state = this.#standing(entry, community, device)
    if (entry !== null) {
      this.#known(entry)
      if (input.kind === 'reading')
        this.#book.value(entry, input.name, { ts: input.ts, value: input.value })
      else if (input.kind === 'status') this.#status(entry, input)
      else if (input.kind === 'info') this.#info(entry, input)
      if (state === null) this.#announce(entry, input.receivedAt)
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

  /** Once per unknown device, and again when it describes itself differently. */
  #announce(entry: DeviceEntry, receivedAt: number): void {
    const info = entry.info ?? ''
    if (entry.announced === info) return
    entry.announced = info
    this.#book.touch(entry)
    const data: DeviceSeen = {
      client: entry.firstClient,
      info: info === '' ? null : (JSON.parse(info) as DeviceInfo),
    }
    const { community, id: device } = entry
    this.#events.add(
      { type: 'device.seen', community, device, ts: receivedAt, data },
      receivedAt,
      info,
    )
  }
}
