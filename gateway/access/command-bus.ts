import type { Clock } from '../../contracts/clock.ts'
import type { Ack, Command } from '../../contracts/payloads.ts'
import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import { deviceTopic } from '../../contracts/topics.ts'

export interface CommandBusDeps {
  /** Publishes with QoS 1, never retained. */
  readonly publish: (topic: string, payload: string) => Promise<void>
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
}

export interface CommandBusOptions {
  readonly pendingMax: number
  /** A lock or arm that has not acknowledged by then is told once more, ms. */
  readonly repeatAfterMs?: number
}

/** Commands that do no harm when they come twice. A loudspeaker would say it twice. */
const repeated: ReadonlySet<string> = new Set(['door.unlock', 'barrier.open'])
const repeatAfterMsDefault = 1_500

/** A version 4 UUID [RFC 9562, 5.4]: contract v1 promises one to devices. */
function commandId(random: (bytes: number) => Uint8Array): string {
  const bytes = Buffer.from(random(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

interface Waiting {
  readonly community: string
  readonly device: string
  readonly settle: (outcome: CommandOutcome) => void
  readonly timers: NodeJS.Timeout[]
}

export interface CommandBus {
  /** Resolves with the device's answer, or `expired` when none came in time. Rejects when it cannot be published. */
  send(request: CommandRequest): Promise<CommandOutcome>
  /** An ack that a device sent; one from another device than the asked one is ignored. */
  acknowledged(community: string, device: string, ack: Ack): void
  readonly stats: {
    readonly sent: number
    readonly repeated: number
    readonly expired: number
    readonly refusedFull: number
  }
  close(): void
}

/**
 * Commands with an id, an expiry and an acknowledgement. A lock that is silent is told once more with the
 * same id and expiry, so that it can drop the repeat. At most `pendingMax` wait at once; above that a
 * command is refused and counted: a door that cannot be told is better known at once.
 */
export const createCommandBus = (deps: CommandBusDeps, options: CommandBusOptions): CommandBus =>
  new Bus(deps, options)

class Bus implements CommandBus {
  readonly #deps: CommandBusDeps
  readonly #options: CommandBusOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly stats = { sent: 0, repeated: 0, expired: 0, refusedFull: 0 }

  constructor(deps: CommandBusDeps, options: CommandBusOptions) {
    this.#deps = deps
    this.#options = options
  }

  async send(request: CommandRequest): Promise<CommandOutcome> {
    const { pendingMax } = this.#options
    const id = commandId(this.#deps.random)
    if (this.#waiting.size >= pendingMax) {
      this.stats.refusedFull += 1
      return { id, outcome: 'refused', error: `more than ${pendingMax} commands are waiting` }
    }
    const answer = this.#wait(id, request)
    const command: Command = {
      id,
      name: request.name as Command['name'],
      args: request.args,
      expiresAt: this.#deps.clock() + request.ttlMs,
    }
    const topic = deviceTopic(request.community, request.device, 'command')
    const payload = JSON.stringify(command)
    this.#repeatLater(id, request, () => this.#deps.publish(topic, payload))
    try {
      await this.#deps.publish(topic, payload)
      this.stats.sent += 1
    } catch (error) {
      this.#settle(id, { id, outcome: 'refused', error: String(error) })
    }
    return answer
  }

  acknowledged(community: string, device: string, ack: Ack): void {
    const entry = this.#waiting.get(ack.id)
    if (entry === undefined || entry.community !== community || entry.device !== device) return
    const { id, ok, error } = ack
    this.#settle(id, { id, outcome: ok ? 'done' : 'refused', error: error ?? null })
  }

  close(): void {
    for (const id of this.#waiting.keys())
      this.#settle(id, { id, outcome: 'expired', error: 'the gateway stops' })
  }

  #wait(id: string, { community, device, ttlMs }: CommandRequest): Promise<CommandOutcome> {
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.stats.expired += 1
        this.#settle(id, { id, outcome: 'expired', error: null })
      }, ttlMs)
      this.#waiting.set(id, { community, device, settle, timers: [timer] })
    })
  }

  #repeatLater(id: string, request: CommandRequest, publish: () => Promise<void>): void {
    const afterMs = this.#options.repeatAfterMs ?? repeatAfterMsDefault
    if (!repeated.has(request.name) || afterMs >= request.ttlMs) return
    const timer = setTimeout(() => {
      this.stats.repeated += 1
      // The first attempt is still waiting for its answer: it says how this ends.
      publish().catch(() => undefined)
    }, afterMs)
    this.#waiting.get(id)?.timers.push(timer)
  }

  #settle(id: string, outcome: CommandOutcome): void {
    const entry = this.#waiting.get(id)
    if (entry === undefined) return
    this.#waiting.delete(id)
    for (const timer of entry.timers) clearTimeout(timer)
    entry.settle(outcome)
  }
}
