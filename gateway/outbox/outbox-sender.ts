import type { Clock } from '../../contracts/clock.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import { backoffMs } from '../model/backoff.ts'
import type { Logger } from '../model/logger.ts'
import { realSleep, type Sleep } from '../model/sleep.ts'
import { type ApiAnswer, verdictOf } from './answer.ts'
import type { ApiTransport } from './api-transport.ts'
import { callWithTimeout } from './call-with-timeout.ts'
import { Nap } from './nap.ts'
import type { OutboxItem, QueuedItem } from './outbox-item.ts'
import { callOf, nextBatch, picturesOf } from './outgoing.ts'

/** The durable queue as the sender sees it; it lives in another thread. */
export interface OutboxQueue {
  peek(n: number): Promise<readonly QueuedItem[]>
  remove(ids: readonly string[]): Promise<unknown>
  poison(id: string, error: string): Promise<unknown>
}

export interface OutboxSenderDeps {
  readonly queue: OutboxQueue
  readonly transport: ApiTransport
  /** The JPEG or MP4 of a piece of evidence, or null when it is not on this box any more. */
  readonly readEvidence: (sha256: string) => Promise<Uint8Array | null>
  readonly clock: Clock
  /** 0 <= x < 1. */
  readonly random: () => number
  readonly logger: Logger
  /** The api has taken it; called at least once per item, before it leaves the queue. */
  readonly onAccepted?: (item: OutboxItem, answer: ApiAnswer) => void | Promise<void>
  readonly sleep?: Sleep
}

export interface OutboxSenderOptions {
  /** Consecutive events in one POST at most. Default 500. */
  readonly eventsPerPost?: number
  /** Bytes of events in one POST at most, but at least one. Default 512 KiB. */
  readonly eventBytesMax?: number
  /** Default 10 s. */
  readonly requestTimeoutMs?: number
  /** First delay after a failure. Default 500 ms. */
  readonly backoffBaseMs?: number
  /** Longest delay by itself. Default 30 s. */
  readonly backoffCapMs?: number
  /** A `Retry-After` beyond this is cut. Default 1 h. */
  readonly retryAfterMaxMs?: number
  /** Permanent refusals after which an item is set aside. Default 5. */
  readonly poisonAfter?: number
  /** Looks into an empty queue this often even if nobody wakes it. Default 5 s. */
  readonly pollMs?: number
}

export interface OutboxSenderStats {
  readonly sent: number
  /** Tries that brought no verdict: network, timeout, 5xx, 429. */
  readonly retries: number
  readonly poisoned: number
  readonly evidenceSent: number
  /** Pictures that were named but are not on the box. */
  readonly evidenceMissing: number
  /** Pictures that the api refused; the report went without them. */
  readonly evidenceRefused: number
  /** Null while it works. `api.unreachable` covers every failure that is tried again. */
  readonly lastError: {
    readonly code: ErrorCode
    readonly detail: string
    readonly at: number
  } | null
}

export interface OutboxSender {
  start(): void
  /** Something was put. */
  wake(): void
  /** The api has given a sign of life: a waiting retry is made now, unless `Retry-After` forbids it. */
  retryNow(): void
  /** Lets the call in flight finish; when `signal` aborts, that is cut off and sent again after the next start. */
  stop(signal?: AbortSignal): Promise<void>
  stats(): OutboxSenderStats
}

const peekMax = 500
const sentPicturesMax = 1_000
const defaults: Required<OutboxSenderOptions> = {
  eventsPerPost: 500,
  eventBytesMax: 512 * 1024,
  requestTimeoutMs: 10_000,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  retryAfterMaxMs: 3_600_000,
  poisonAfter: 5,
  pollMs: 5_000,
}

/**
 * Sends the queue to the api, strictly in order, one call at a time. What the api has not taken stays in the
 * queue, so a repeat after a crash is possible and carries the same idempotency key.
 */
export const createOutboxSender = (
  deps: OutboxSenderDeps,
  options: OutboxSenderOptions = {},
): OutboxSender => new Sender(deps, { ...defaults, ...options })

class Sender implements OutboxSender {
  readonly #deps: OutboxSenderDeps
  readonly #options: Required<OutboxSenderOptions>
  readonly #nap: Nap
  readonly #sentPictures = new Set<string>()
  readonly #counts = {
    sent: 0,
    retries: 0,
    poisoned: 0,
    evidenceSent: 0,
    evidenceMissing: 0,
    evidenceRefused: 0,
  }
  #lastError: OutboxSenderStats['lastError'] = null
  #failures = 0
  #stopping = false
  #inFlight: AbortController | null = null
  #running: Promise<void> | null = null

  constructor(deps: OutboxSenderDeps, options: Required<OutboxSenderOptions>) {
    this.#deps = deps
    this.#options = options
    this.#nap = new Nap(deps.sleep ?? realSleep)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  wake(): void {
    this.#nap.end('idle')
  }

  retryNow(): void {
    this.#nap.end('backoff')
  }

  async stop(signal?: AbortSignal): Promise<void> {
    this.#stopping = true
    this.#nap.close()
    const abort = (): void => this.#inFlight?.abort()
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort)
    await this.#running
    signal?.removeEventListener('abort', abort)
  }

  stats(): OutboxSenderStats {
    return { ...this.#counts, lastError: this.#lastError }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#nap.arm()
      const items = await this.#untilDone(() => this.#deps.queue.peek(peekMax))
      if (items === null) return
      if (items.length === 0) await this.#nap.sleep('idle', this.#options.pollMs)
      else await this.#deliver(nextBatch(items, this.#options))
    }
  }

  /** One item, or several consecutive events. Returns when it is settled or the sender stops. */
  async #deliver(batch: readonly QueuedItem[]): Promise<void> {
    for (const item of batch)
      for (const sha256 of picturesOf(item)) if (!(await this.#sendPicture(sha256))) return
    const { path, body, idempotencyKey } = callOf(batch)
    for (let refusals = 0; !this.#stopping; ) {
      const answer = await this.#callUntilAnswered((signal) =>
        this.#deps.transport.post(path, body, { idempotencyKey, signal }),
      )
      if (answer === null) return
      if (verdictOf(answer.status) === 'accepted') return this.#accepted(batch, answer)
      // Which of them is at fault shows when each goes alone.
      if (batch.length > 1) {
        for (const item of batch) if (!this.#stopping) await this.#deliver([item])
        return
      }
      refusals += 1
      if (refusals >= this.#options.poisonAfter) return this.#setAside(batch, answer)
      await this.#nap.sleep('backoff', this.#backoff(refusals))
    }
  }

  /** False when the sender stops before the picture is settled. */
  async #sendPicture(sha256: string): Promise<boolean> {
    if (this.#sentPictures.has(sha256)) return true
    const jpeg = await this.#untilDone(async () => ({
      bytes: await this.#deps.readEvidence(sha256),
    }))
    if (jpeg === null) return false
    const { bytes } = jpeg
    if (bytes === null) {
      this.#counts.evidenceMissing += 1
      return true
    }
    const answer = await this.#callUntilAnswered((signal) =>
      this.#deps.transport.putEvidence(sha256, bytes, { idempotencyKey: sha256, signal }),
    )
    if (answer === null) return false
    if (verdictOf(answer.status) === 'refused') {
      this.#counts.evidenceRefused += 1
      this.#deps.logger.warn({ sha256, status: answer.status }, 'evidence picture refused')
    } else {
      this.#counts.evidenceSent += 1
    }
    const [oldest] = this.#sentPictures
    if (this.#sentPictures.size >= sentPicturesMax && oldest !== undefined)
      this.#sentPictures.delete(oldest)
    this.#sentPictures.add(sha256)
    return true
  }

  async #accepted(batch: readonly QueuedItem[], answer: ApiAnswer): Promise<void> {
    for (const item of batch) {
      try {
        await this.#deps.onAccepted?.(item, answer)
      } catch (error) {
        this.#deps.logger.error({ err: error, id: item.id }, 'follow-up of an accepted item failed')
      }
    }
    const ids = batch.map((item) => item.id)
    await this.#untilDone(async () => ({ done: await this.#deps.queue.remove(ids) }))
    this.#counts.sent += batch.length
  }

  async #setAside(batch: readonly QueuedItem[], answer: ApiAnswer): Promise<void> {
    const detail = `${answer.status} ${JSON.stringify(answer.body)}`.slice(0, 2_000)
    for (const { id, kind } of batch) {
      await this.#untilDone(async () => ({ done: await this.#deps.queue.poison(id, detail) }))
      this.#counts.poisoned += 1
      this.#lastError = { code: 'outbox.poisoned', detail, at: this.#deps.clock() }
      this.#deps.logger.error({ code: 'outbox.poisoned', id, kind, detail }, 'item set aside')
    }
  }

  /** Calls until an answer comes that blames or takes the item. Null when the sender stops first. */
  async #callUntilAnswered(
    call: (signal: AbortSignal) => Promise<ApiAnswer>,
  ): Promise<ApiAnswer | null> {
    while (!this.#stopping) {
      this.#inFlight = new AbortController()
      const result = await callWithTimeout(call, this.#inFlight, this.#options.requestTimeoutMs)
      this.#inFlight = null
      if (result.ok && verdictOf(result.value.status) !== 'later') {
        this.#recovered()
        return result.value
      }
      this.#failed(result.ok ? `HTTP ${result.value.status}` : result.error)
      const asked = result.ok ? (result.value.retryAfterMs ?? 0) : 0
      const waitMs = Math.min(asked, this.#options.retryAfterMaxMs)
      if (waitMs > 0) await this.#nap.sleep('retry-after', waitMs)
      else await this.#nap.sleep('backoff', this.#backoff(this.#failures))
    }
    return null
  }

  /** For the queue and the disk, which are ours: tried until it works. Null when the sender stops first. */
  async #untilDone<T>(work: () => Promise<T>): Promise<T | null> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work()
      } catch (error) {
        this.#deps.logger.error({ err: error }, 'outbox queue or evidence store failed')
        if (this.#stopping) return null
        await this.#nap.sleep('backoff', this.#backoff(failures))
      }
    }
  }

  #backoff(failures: number): number {
    const { backoffBaseMs: baseMs, backoffCapMs: capMs } = this.#options
    return backoffMs(failures, this.#deps.random, { baseMs, capMs })
  }

  #failed(detail: string): void {
    this.#failures += 1
    this.#counts.retries += 1
    this.#lastError = { code: 'api.unreachable', detail, at: this.#deps.clock() }
    if (this.#failures === 1)
      this.#deps.logger.warn({ code: 'api.unreachable', detail }, 'api does not take reports')
  }

  #recovered(): void {
    if (this.#failures > 0)
      this.#deps.logger.info({ failures: this.#failures }, 'api takes reports again')
    this.#failures = 0
    this.#lastError = null
  }
}
