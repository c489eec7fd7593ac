import { secondMs } from '../../contracts/clock.ts'
import type { Logger } from '../model/logger.ts'
import type { Retained } from './device-config.ts'
import type { Told } from './told.ts'

export interface PublisherDeps {
  readonly broker: {
    publish(topic: string, payload: string, options: { qos: 1; retain: true }): Promise<void>
    subscribe(filter: string, handler: (topic: string, payload: Buffer) => void): () => void
    onConnected(handler: () => void): void
  }
  /** All that is to stand on the broker now, in the order in which it is to be said. */
  readonly wanted: () => Promise<readonly Retained[]>
  readonly told: Told
  readonly save: (topics: readonly string[]) => void
  readonly random: () => number
  readonly logger: Logger
}

export interface PublisherOptions {
  /** Of the discovery topics; null where nothing is announced and old announcements are only taken back. */
  readonly birthTopic: string | null
  readonly everyMs?: number
  readonly messagesPerLook?: number
  /** Longest wait before everything is said again to a Home Assistant that came up. */
  readonly resendWithinMs?: number
  /** So soon after a connection everything is being said anyway, and an `online` may be our own greeting. */
  readonly quietMs?: number
}

/** Keeps what stands on the broker equal to what is wanted: looks once a second, says what differs. */
export class Publisher {
  readonly #deps: PublisherDeps
  readonly #options: Required<PublisherOptions>
  #timer: NodeJS.Timeout | null = null
  #resend: NodeJS.Timeout | null = null
  #quiet: NodeJS.Timeout | null = null
  /** Nothing is looked at, let alone said, before the first connection. */
  #met = false
  #looking: Promise<void> | null = null
  #leave: () => void = () => undefined
  readonly stats = { published: 0, failed: 0, resends: 0 }

  constructor(deps: PublisherDeps, options: PublisherOptions) {
    this.#deps = deps
    this.#options = {
      everyMs: secondMs,
      messagesPerLook: 100,
      resendWithinMs: 10 * secondMs,
      quietMs: 5 * secondMs,
      ...options,
    }
  }

  /** Before the broker starts, so that no connection is missed. */
  start(): void {
    const { broker } = this.#deps
    const { birthTopic, everyMs } = this.#options
    broker.onConnected(() => this.#connected())
    if (birthTopic !== null)
      this.#leave = broker.subscribe(birthTopic, (_topic, payload) => {
        if (payload.toString('utf8') === 'online') this.#born()
      })
    this.#timer = setInterval(() => {
      if (this.#met)
        this.#looking ??= this.#look().finally(() => {
          this.#looking = null
        })
    }, everyMs)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#leave()
    for (const timer of [this.#timer, this.#resend, this.#quiet])
      if (timer !== null) clearTimeout(timer)
    await this.#looking
  }

  #connected(): void {
    this.#met = true
    this.#deps.told.forget()
    if (this.#quiet !== null) clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      this.#quiet = null
    }, this.#options.quietMs)
    this.#quiet.unref()
  }

  /** Everybody on the broker answers a birth, so each waits a while of its own; and once, however often it is said. */
  #born(): void {
    if (this.#resend !== null || this.#quiet !== null) return
    this.#resend = setTimeout(() => {
      this.#resend = null
      this.stats.resends++
      this.#deps.told.forget()
    }, this.#options.resendWithinMs * this.#deps.random())
    this.#resend.unref()
  }

  async #look(): Promise<void> {
    const { told, save, wanted, broker, logger } = this.#deps
    try {
      const messages = told.next(await wanted(), this.#options.messagesPerLook)
      if (told.expect(messages)) save(told.topics())
      let emptied = false
      for (const message of messages) {
        await broker.publish(message.topic, message.payload, { qos: 1, retain: true })
        emptied = told.said(message) || emptied
        this.stats.published++
      }
      if (emptied) save(told.topics())
    } catch (error) {
      // It stays due: said again at the next look, and all of it after the next connection.
      this.stats.failed++
      logger.debug({ error: String(error) }, 'not announced to Home Assistant')
    }
  }
}
