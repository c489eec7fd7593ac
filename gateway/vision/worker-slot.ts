import type { Worker } from 'node:worker_threads'
import { isUrgent, type Job } from './job.ts'
import type { JobMessage, StopMessage, WorkerAnswer } from './protocol.ts'

export interface SlotEvents {
  /** The thread has opened its models. */
  ready(answer: Extract<WorkerAnswer, { kind: 'ready' }>): void
  answered(job: Job, answer: Exclude<WorkerAnswer, { kind: 'ready' }>): void
  /** The thread is gone; `jobs` were with it. A new one is on its way. */
  lost(jobs: readonly Job[], reason: string): void
}

export interface SlotDeps {
  readonly spawn: () => Worker
  readonly random: () => number
  readonly events: SlotEvents
}

const backoffFirstMs = 100
const backoffMaxMs = 30_000

/** One thread and its successors. Knows which jobs are with it, and starts it anew when it dies. */
export class WorkerSlot {
  readonly #deps: SlotDeps
  readonly #jobs = new Map<number, { job: Job; sweeps: number }>()
  readonly #ended = new WeakSet<Worker>()
  #worker: Worker | null = null
  #ready = false
  #closed = false
  #failures = 0
  #timer: NodeJS.Timeout | null = null

  constructor(deps: SlotDeps) {
    this.#deps = deps
  }

  start(): void {
    if (this.#closed) return
    this.#timer = null
    const worker = this.#deps.spawn()
    this.#worker = worker
    worker.on('message', (answer: WorkerAnswer) => {
      if (worker === this.#worker) this.#hear(answer)
    })
    worker.on('error', (error: unknown) => {
      this.#lose(worker, error instanceof Error ? error.message : String(error))
    })
    worker.on('exit', (code) => {
      this.#ended.add(worker)
      this.#lose(worker, `exit ${code}`)
    })
  }

  get ready(): boolean {
    return this.#ready
  }
  get load(): number {
    return this.#jobs.size
  }
  /** A door's picture is with it: nothing else is begun beside that. */
  get urgent(): boolean {
    return [...this.#jobs.values()].some(({ job }) => isUrgent(job))
  }
  /** A job that was with a dying thread runs alone, so that it cannot take another with it again. */
  get alone(): boolean {
    return [...this.#jobs.values()].some(({ job }) => job.attempts > 1)
  }

  give(job: Job): void {
    job.attempts += 1
    this.#jobs.set(job.id, { job, sweeps: 0 })
    this.#worker?.postMessage(...messageOf(job))
  }

  /**
   * Called at even intervals: gives up on the thread when a job has been with it for more than
   * `sweepsMax` of them. Counted, not read from a clock, because a clock may jump.
   */
  sweep(sweepsMax: number): void {
    const worker = this.#worker
    if (worker === null) return
    let hangs = false
    for (const held of this.#jobs.values()) {
      held.sweeps += 1
      hangs ||= held.sweeps > sweepsMax
    }
    if (hangs) this.#lose(worker, 'no answer in time')
  }

  async close(): Promise<readonly Job[]> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    const worker = this.#worker
    const jobs = this.#takeJobs()
    this.#worker = null
    this.#ready = false
    if (worker !== null) await endWorker(worker)
    return jobs
  }

  #hear(answer: WorkerAnswer): void {
    if (answer.kind === 'ready') {
      this.#ready = true
      this.#deps.events.ready(answer)
      return
    }
    const held = this.#jobs.get(answer.id)
    if (held === undefined) return
    this.#jobs.delete(answer.id)
    this.#failures = 0
    this.#deps.events.answered(held.job, answer)
  }

  #lose(worker: Worker, reason: string): void {
    if (worker !== this.#worker || this.#closed) return
    this.#worker = null
    this.#ready = false
    const jobs = this.#takeJobs()
    // Nobody waits for a thread that hangs; it ends when it comes back, or is ended.
    if (!this.#ended.has(worker)) void endWorker(worker)
    const delayMs = Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.min(this.#failures, 16))
    this.#failures += 1
    this.#timer = setTimeout(() => this.start(), delayMs * (0.5 + this.#deps.random() / 2))
    this.#deps.events.lost(jobs, reason)
  }

  #takeJobs(): Job[] {
    const jobs = [...this.#jobs.values()].map(({ job }) => job)
    this.#jobs.clear()
    return jobs
  }
}

/**
 * A copy of our own JPEG goes over; ours stays whole for a second attempt. The memory of the motion gate
 * goes over itself: if it was lost with a thread, the second attempt begins a new one.
 */
function messageOf(job: Job): [JobMessage, ArrayBuffer[]] {
  const { id, work } = job
  const jpeg = new Uint8Array(work.jpeg)
  if (work.kind === 'redact' || work.request.gate == null)
    return [{ id, work: { ...work, jpeg } }, [jpeg.buffer]]
  const { gate } = work.request
  const memory = gate.memory !== null && gate.memory.mean.length > 0 ? gate.memory : null
  const request = { ...work.request, gate: { ...gate, memory } }
  const arrays = memory === null ? [] : [memory.mean.buffer, memory.deviation.buffer]
  return [{ id, work: { ...work, jpeg, request } }, [jpeg.buffer, ...(arrays as ArrayBuffer[])]]
}

/** A thread that is ended from outside inside native code takes the process with it; so it is asked first. */
const graceMs = 3_000

async function endWorker(worker: Worker): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, graceMs)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    worker.postMessage({ stop: true } satisfies StopMessage)
  })
  // On a thread that has ended this does nothing.
  await worker.terminate()
}
