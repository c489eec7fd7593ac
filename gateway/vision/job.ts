import type { Analysis, Redacted } from '../model/vision.ts'
import type { Work } from './protocol.ts'

/** A picture on its way through the pool. */
export interface Job {
  readonly id: number
  readonly work: Work
  /** Sweeps that it has waited through. */
  waited: number
  /** How often a thread was given it. */
  attempts: number
  resolve(value: Analysis | Redacted): void
  reject(error: Error): void
}

/** Waiting jobs, bounded: a retry first, then analyses, then pictures for people. */
export class JobQueue {
  readonly #lanes: readonly [Job[], Job[], Job[]] = [[], [], []]
  readonly #maximum: number
  #sinceView = 0

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  get size(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0)
  }

  /** False when it is full. A retry has its place already. */
  push(job: Job): boolean {
    if (job.attempts > 0) {
      this.#lanes[0].push(job)
      return true
    }
    if (this.size >= this.#maximum) return false
    this.#lanes[job.work.kind === 'analyse' ? 1 : 2].push(job)
    return true
  }

  peek(): Job | null {
    return this.#lane()[0] ?? null
  }

  take(): Job | null {
    const lane = this.#lane()
    this.#sinceView = lane === this.#lanes[1] ? this.#sinceView + 1 : 0
    return lane.shift() ?? null
  }

  /** Of five pictures one may be for people, else a full box would show and keep none. */
  #lane(): Job[] {
    const [retries, analyses, views] = this.#lanes
    if (retries.length > 0) return retries
    if (views.length > 0 && (analyses.length === 0 || this.#sinceView >= 4)) return views
    return analyses
  }

  /** Called at even intervals: takes out all that have waited through more than `sweepsMax`. */
  sweep(sweepsMax: number): Job[] {
    return this.#lanes.flatMap((lane) => {
      for (const job of lane) job.waited += 1
      const old = lane.filter((job) => job.waited > sweepsMax)
      if (old.length > 0) lane.splice(0, lane.length, ...lane.filter((job) => !old.includes(job)))
      return old
    })
  }

  drain(): Job[] {
    return this.#lanes.flatMap((lane) => lane.splice(0))
  }
}
