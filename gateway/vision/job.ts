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

/** Who stands at a door waits for nobody. */
export const isUrgent = (job: Job): boolean =>
  job.work.kind === 'analyse' && job.work.request.urgent === true

/** Waiting jobs, bounded: doors first, then a retry, then analyses, then pictures for people. */
export class JobQueue {
  readonly #lanes: readonly [doors: Job[], retries: Job[], analyses: Job[], views: Job[]] = [
    [],
    [],
    [],
    [],
  ]
  readonly #maximum: number
  #sinceView = 0

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  get size(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0)
  }

  /** False when it is full. A retry has its place already, and a door is refused by a full queue of doors only. */
  push(job: Job): boolean {
    const [doors, retries, analyses, views] = this.#lanes
    // A picture that has killed a thread runs alone, a door's too: it may be what kills.
    if (job.attempts > 0) retries.push(job)
    else if (isUrgent(job)) {
      if (doors.length >= this.#maximum) return false
      doors.push(job)
    } else if (this.size - doors.length >= this.#maximum) return false
    else (job.work.kind === 'analyse' ? analyses : views).push(job)
    return true
  }

  peek(): Job | null {
    return this.#lane()[0] ?? null
  }

  take(): Job | null {
    const lane = this.#lane()
    const [, , analyses, views] = this.#lanes
    if (lane === analyses) this.#sinceView += 1
    else if (lane === views) this.#sinceView = 0
    return lane.shift() ?? null
  }

  /** Of five pictures one may be for people, else a full box would show and keep none. */
  #lane(): Job[] {
    const [doors, retries, analyses, views] = this.#lanes
    if (doors.length > 0) return doors
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
