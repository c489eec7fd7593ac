import type { Worker } from 'node:worker_threads'
import type { Clock } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { GatewayHealth } from '../../contracts/health.ts'
import type { ResolvedModel } from '../../config/models.ts'
import type { Logger } from '../model/logger.ts'
import {
  type Analyse,
  type Analysis,
  noThreadHasTime,
  type Redact,
  type Redacted,
} from '../model/vision.ts'
import { spawnWorker } from '../model/worker.ts'
import { isUrgent, type Job, JobQueue } from './job.ts'
import type { Work, WorkerAnswer, WorkerData, WorkerModel } from './protocol.ts'
import { WorkerSlot } from './worker-slot.ts'

export interface VisionPoolDeps {
  /**
   * As found by `resolveModels(wantedModels(…))`; the missing ones too, so that health can name them.
   * The threads open these and no others.
   */
  readonly models: readonly ResolvedModel[]
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** How a thread is started; another one is given by tests of crashes. */
  readonly spawn?: (data: WorkerData) => Worker
}

export interface VisionPoolOptions {
  /** Threads; as many as there are cores is best. */
  readonly workers: number
  /** Pictures with one thread: one under the model, one being decoded. */
  readonly depth?: number
  /** A thread that says nothing for so long is replaced, ms. */
  readonly jobTimeoutMs?: number
  /** Pictures that may wait for a thread. */
  readonly queueMax?: number
}

export interface VisionStats {
  readonly analysed: number
  /** Of these, frames at which the motion gate stayed shut: no model was asked. */
  readonly shut: number
  readonly redacted: number
  /** Threads that died or hung. */
  readonly crashed: number
  /** Pictures given up because a thread died twice with them. */
  readonly droppedByCrash: number
  /** Pictures refused or given up because no thread had time. */
  readonly droppedByQueue: number
  readonly queued: number
  /** Sums over all analysed frames, ms. */
  readonly gateMs: number
  readonly decodeMs: number
  readonly inferMs: number
}

export interface VisionPool {
  readonly analyse: Analyse
  readonly redact: Redact
  /** How many analyses keep every thread fed. */
  readonly capacity: number
  /** Resolves when every thread has opened its models (or has failed to once). */
  start(): Promise<void>
  close(): Promise<void>
  models(): GatewayHealth['models']
  /** `model.crashed` in the last five minutes. */
  crashedLately(): boolean
  stats(): VisionStats
}

const attemptsMax = 2
const crashMemoryMs = 300_000
/** Pictures of doors that a thread takes over its usual depth. */
const doorsBeside = 2
/** Looks at hanging threads so often within one time limit. */
const sweepsMax = 10

export const createVisionPool = (deps: VisionPoolDeps, options: VisionPoolOptions): VisionPool =>
  new Pool(deps, options)

class Pool implements VisionPool {
  readonly capacity: number
  readonly #deps: VisionPoolDeps
  readonly #depth: number
  readonly #jobTimeoutMs: number
  readonly #slots: readonly WorkerSlot[]
  readonly #queue: JobQueue
  readonly #unusable = new Map<string, string>()
  readonly #counts = {
    analysed: 0,
    shut: 0,
    redacted: 0,
    crashed: 0,
    droppedByCrash: 0,
    droppedByQueue: 0,
    gateMs: 0,
    decodeMs: 0,
    inferMs: 0,
  }
  #nextId = 1
  #crashedAt = Number.NEGATIVE_INFINITY
  #sweeper: NodeJS.Timeout | null = null
  #settled = 0
  #started: (() => void) | null = null
  #closed = false

  constructor(deps: VisionPoolDeps, options: VisionPoolOptions) {
    this.#deps = deps
    this.#depth = options.depth ?? 2
    this.#jobTimeoutMs = options.jobTimeoutMs ?? 15_000
    this.#queue = new JobQueue(options.queueMax ?? 128)
    this.capacity = options.workers * this.#depth
    const data: WorkerData = { models: deps.models.flatMap(usable) }
    const spawn = deps.spawn ?? spawnDetector
    const events = {
      ready: (answer: Extract<WorkerAnswer, { kind: 'ready' }>) => this.#onReady(answer),
      answered: (job: Job, answer: Exclude<WorkerAnswer, { kind: 'ready' }>) =>
        this.#onAnswer(job, answer),
      lost: (jobs: readonly Job[], reason: string) => this.#onLost(jobs, reason),
    }
    const { random } = deps
    this.#slots = Array.from(
      { length: options.workers },
      () => new WorkerSlot({ spawn: () => spawn(data), random, events }),
    )
  }

  async start(): Promise<void> {
    const started = new Promise<void>((resolve) => {
      this.#started = resolve
    })
    for (const slot of this.#slots) slot.start()
    this.#sweeper = setInterval(() => this.#sweep(), this.#jobTimeoutMs / sweepsMax)
    await started
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#sweeper !== null) clearInterval(this.#sweeper)
    const held = await Promise.all(this.#slots.map((slot) => slot.close()))
    for (const job of [...held.flat(), ...this.#queue.drain()])
      job.reject(new CodedError('model.crashed', 'the box is stopping'))
  }

  readonly analyse: Analyse = (jpeg, request) =>
    this.#submit({ kind: 'analyse', jpeg, request }) as Promise<Analysis>

  readonly redact: Redact = (jpeg, request) =>
    this.#submit({ kind: 'redact', jpeg, request }) as Promise<Redacted>

  models(): GatewayHealth['models'] {
    return this.#deps.models.map(({ entry, state, refused }) => ({
      name: entry.file,
      state:
        this.#unusable.has(entry.file) || state === 'refused'
          ? 'refused'
          : state === 'missing'
            ? 'missing'
            : 'loaded',
      sha256: state === 'found' ? entry.sha256 : null,
      ...(refused.length === 0 ? {} : { refusedFiles: [...refused] }),
    }))
  }

  crashedLately(): boolean {
    return this.#deps.clock() - this.#crashedAt < crashMemoryMs
  }

  stats(): VisionStats {
    return { ...this.#counts, queued: this.#queue.size }
  }

  #submit(work: Work): Promise<Analysis | Redacted> {
    return new Promise((resolve, reject) => {
      const job: Job = {
        id: this.#nextId,
        work,
        waited: 0,
        attempts: 0,
        resolve,
        reject,
      }
      this.#nextId += 1
      if (this.#closed || !this.#queue.push(job)) {
        this.#counts.droppedByQueue += 1
        reject(new CodedError('model.crashed', noThreadHasTime))
        return
      }
      this.#dispatch()
    })
  }

  /** Hands waiting pictures to the least loaded threads. */
  #dispatch(): void {
    for (;;) {
      const job = this.#queue.peek()
      if (job === null) return
      // A door's picture is begun beside those that are under way, and nothing is begun beside it.
      const urgent = isUrgent(job)
      const depth = job.attempts > 0 ? 1 : this.#depth + (urgent ? doorsBeside : 0)
      const slot = this.#slots
        .filter(
          (slot) => slot.ready && slot.load < depth && !slot.alone && (urgent || !slot.urgent),
        )
        .sort((a, b) => a.load - b.load)[0]
      if (slot === undefined) return
      this.#queue.take()
      slot.give(job)
    }
  }

  #onReady(answer: Extract<WorkerAnswer, { kind: 'ready' }>): void {
    for (const { file, reason } of answer.failed) {
      this.#deps.logger.error({ code: 'model.refused', file, reason }, 'model cannot be opened')
      this.#unusable.set(file, reason)
    }
    this.#settle()
    this.#dispatch()
  }

  #onAnswer(job: Job, answer: Exclude<WorkerAnswer, { kind: 'ready' }>): void {
    if (answer.kind === 'failed') job.reject(new CodedError(answer.code, answer.detail))
    else if (answer.kind === 'analysed') {
      this.#counts.analysed += 1
      if (answer.value.motion?.shut === true) this.#counts.shut += 1
      this.#counts.gateMs += answer.ms.gateMs
      this.#counts.decodeMs += answer.ms.decodeMs
      this.#counts.inferMs += answer.ms.inferMs
      job.resolve(answer.value)
    } else {
      this.#counts.redacted += 1
      job.resolve({ ...answer.value, jpeg: asBuffer(answer.value.jpeg) })
    }
    this.#dispatch()
  }

  #onLost(jobs: readonly Job[], reason: string): void {
    this.#counts.crashed += 1
    this.#crashedAt = this.#deps.clock()
    this.#deps.logger.error({ code: 'model.crashed', reason }, 'detector thread lost, restarting')
    for (const job of jobs) {
      if (job.attempts < attemptsMax) this.#queue.push(job)
      else {
        this.#counts.droppedByCrash += 1
        job.reject(new CodedError('model.crashed', reason))
      }
    }
    this.#settle()
    this.#dispatch()
  }

  #settle(): void {
    this.#settled += 1
    if (this.#settled >= this.#slots.length) this.#started?.()
  }

  #sweep(): void {
    for (const slot of this.#slots) slot.sweep(sweepsMax)
    for (const job of this.#queue.sweep(2 * sweepsMax)) {
      this.#counts.droppedByQueue += 1
      job.reject(new CodedError('model.crashed', noThreadHasTime))
    }
  }
}

const spawnDetector = (data: WorkerData): Worker =>
  spawnWorker(import.meta.url, './detector-worker.ts', {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })

/** Weights that are here. */
const usable = ({ entry, bytes }: ResolvedModel): WorkerModel[] =>
  bytes === null
    ? []
    : [
        {
          file: entry.file,
          task: entry.task,
          variant: entry.variant ?? null,
          sha256: entry.sha256,
          bytes: shared(bytes),
        },
      ]

/** One copy for all threads; each would get its own of what is not shared. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}

/** A Buffer comes out of a thread as a plain Uint8Array. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
