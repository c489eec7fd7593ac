import { createHash } from 'node:crypto'
import type { DeviceInfo } from '../../../../contracts/payloads.ts'
import type { Input, Reading } from '../../../model/input.ts'
import { deviceTime } from '../../device-time.ts'
import type { ForeignMessage } from '../adapter.ts'

type Heard = Pick<ForeignMessage, 'community' | 'receivedAt'>

/**
 * Collects what one device says in one message. Device time is used within the bounds of the contract; a
 * message without one, or with an impossible one, counts from when we received it.
 */
export class DeviceVoice {
  readonly inputs: Input[] = []
  readonly #device: string
  readonly #community: string
  readonly #receivedAt: number
  readonly #ts: number
  readonly #clockMarked: boolean
  /** From a memory, of the broker's or of a bridge: a state, never an event. */
  readonly #kept: boolean

  constructor(
    device: string,
    { community, receivedAt }: Heard,
    { sentTs = null, kept = false }: { sentTs?: number | null; kept?: boolean } = {},
  ) {
    const time =
      sentTs === null ? { ts: receivedAt, marked: false } : deviceTime(sentTs, receivedAt)
    this.#device = device
    this.#community = community
    this.#receivedAt = receivedAt
    this.#ts = time.ts
    this.#clockMarked = time.marked
    this.#kept = kept
  }

  get #head() {
    return { community: this.#community, device: this.#device, receivedAt: this.#receivedAt }
  }

  info(info: DeviceInfo, client: string): this {
    this.inputs.push({ kind: 'info', ...this.#head, info, client })
    return this
  }

  gone(reason: 'removed' | 'not-announced'): this {
    this.inputs.push({ kind: 'gone', ...this.#head, reason })
    return this
  }

  status(online: boolean): this {
    this.inputs.push({ kind: 'status', ...this.#head, online, retained: this.#kept })
    return this
  }

  /** The device itself is alive: never said of what a memory repeats. */
  beat(): this {
    if (!this.#kept) this.inputs.push({ kind: 'beat', ...this.#head, ts: this.#ts, seq: null })
    return this
  }

  /** `baseline`: the first value after "unknown", which is no change. */
  reading(name: string, value: Reading['value'], baseline = false): this {
    this.inputs.push({
      kind: 'reading',
      ...this.#head,
      name,
      ts: this.#ts,
      seq: null,
      value,
      clockMarked: this.#clockMarked,
      ...(this.#kept || baseline ? { retained: true as const } : {}),
    })
    return this
  }

  /** `unique` tells this event from the next of the same kind; a repeat of the message has the same. */
  event(type: string, data: Readonly<Record<string, unknown>>, unique: string): this {
    if (this.#kept) return this
    const hash = createHash('sha256')
      .update([this.#community, this.#device, type, unique].join('\n'))
      .digest('hex')
    this.inputs.push({
      kind: 'event',
      ...this.#head,
      id: `foreign-${hash.slice(0, 32)}`,
      ts: this.#ts,
      type,
      data,
    })
    return this
  }
}
