import { performance } from 'node:perf_hooks'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import type { Logger } from '../model/logger.ts'
import type { VideoShape } from './source-player.ts'

export interface SourceEvents {
  frame(jpeg: Buffer): void
  shape(shape: VideoShape): void
  /** Once, when the connection and all that belongs to it has gone. */
  ended(error: CodedError | null): void
}

export interface OpenedSource {
  /** Resolves when nothing of it is left: no process, no socket. */
  close(): Promise<void>
}

/** Checks the source and opens it anew, with a process or a connection of its own. */
export type OpenSource = (events: SourceEvents) => Promise<OpenedSource>

export interface SupervisorDeps {
  readonly open: OpenSource
  readonly frame: (jpeg: Buffer) => void
  readonly random: () => number
  readonly logger: Logger
  /** Milliseconds that never jump; another is given by tests. */
  readonly monotonic?: () => number
}

export interface SupervisorOptions {
  /** The camera in the log: `community/camera`. */
  readonly name: string
  /** No picture for so long and it is stopped and opened anew, ms. */
  readonly stallMs: number
  readonly backoffFirstMs?: number
  readonly backoffMaxMs?: number
}

export type SourceState = 'closed' | 'opening' | 'playing' | 'waiting'

interface Run {
  opened: OpenedSource | null
  over: boolean
  stalled: boolean
  firstFrameAt: number | null
  lastFrameAt: number
}

/** A run that gave pictures for so long was a good one: the next failure is the first again. */
const goodRunMs = 60_000
/** A camera that is back is seen again within 30 s (check 30): pause, connection and a key frame. */
const backoffMaxMs = 20_000

/**
 * Keeps one source alive: opens it, watches that pictures come, stops it when none do, and opens a
 * fresh one after a pause that doubles and is jittered, so that cameras behind one dead switch do
 * not come back in step.
 */
export class SupervisedSource {
  readonly #deps: SupervisorDeps
  readonly #options: SupervisorOptions
  #run: Run | null = null
  #opening: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #stallTimer: NodeJS.Timeout | null = null
  #failures = 0
  #closed = false
  #problem: { readonly code: ErrorCode; readonly detail: string } | null = null
  #shape: VideoShape | null = null
  state: SourceState = 'closed'
  frames = 0
  restarts = 0
  /** Stopped by us because no picture came. */
  kills = 0

  constructor(deps: SupervisorDeps, options: SupervisorOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** What keeps it from playing; null while pictures come. */
  get problem(): { readonly code: ErrorCode; readonly detail: string } | null {
    return this.#problem
  }

  /** Of the present connection; null before it is known. */
  get shape(): VideoShape | null {
    return this.#shape
  }

  /** @param delayMs many cameras do not start in the same moment */
  start(delayMs = 0): void {
    this.state = 'opening'
    if (delayMs === 0) this.#begin()
    else this.#timer = setTimeout(() => this.#begin(), delayMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#clear()
    await this.#opening
    await this.#run?.opened?.close()
    this.state = 'closed'
  }

  #begin(): void {
    this.#timer = null
    this.#opening = this.#open()
  }

  async #open(): Promise<void> {
    this.state = 'opening'
    this.#shape = null
    const run: Run = {
      opened: null,
      over: false,
      stalled: false,
      firstFrameAt: null,
      lastFrameAt: 0,
    }
    this.#run = run
    try {
      const opened = await this.#deps.open({
        frame: (jpeg) => this.#onFrame(run, jpeg),
        shape: (shape) => {
          if (!run.over) this.#shape = shape
        },
        ended: (error) => {
          // After a stall the end is told by whoever stopped it.
          if (!run.stalled) this.#onOver(run, error)
        },
      })
      run.opened = opened
      if (!run.over && !this.#closed && run.firstFrameAt === null) this.#watch(run)
    } catch (error) {
      this.#onOver(
        run,
        error instanceof CodedError ? error : new CodedError('ffmpeg.failed', String(error)),
      )
    }
  }

  #onFrame(run: Run, jpeg: Buffer): void {
    if (this.#closed || run.over || run.stalled) return
    const now = this.#deps.monotonic?.() ?? performance.now()
    run.firstFrameAt ??= now
    run.lastFrameAt = now
    this.state = 'playing'
    this.#problem = null
    this.frames += 1
    this.#watch(run)
    this.#deps.frame(jpeg)
  }

  #watch(run: Run): void {
    if (this.#stallTimer !== null) clearTimeout(this.#stallTimer)
    this.#stallTimer = setTimeout(() => void this.#onStall(run), this.#options.stallMs)
  }

  async #onStall(run: Run): Promise<void> {
    if (run.over || this.#closed) return
    run.stalled = true
    this.kills += 1
    await run.opened?.close()
    const seconds = Math.round(this.#options.stallMs / 1_000)
    this.#onOver(run, new CodedError('ffmpeg.failed', `no picture for ${seconds} s`))
  }

  #onOver(run: Run, error: CodedError | null): void {
    if (run.over) return
    run.over = true
    this.#clear()
    if (this.#closed) return
    if (error !== null) this.#complain(error)
    if (run.firstFrameAt !== null && run.lastFrameAt - run.firstFrameAt >= goodRunMs)
      this.#failures = 0
    const first = this.#options.backoffFirstMs ?? 500
    const most = this.#options.backoffMaxMs ?? backoffMaxMs
    const delayMs = Math.min(most, first * 2 ** Math.min(this.#failures, 16))
    this.#failures += 1
    this.restarts += 1
    this.state = 'waiting'
    this.#timer = setTimeout(() => this.#begin(), delayMs * (0.5 + this.#deps.random() / 2))
  }

  /** The same failure again and again is one line of the log. */
  #complain({ code, message: detail }: CodedError): void {
    const fields = { code, camera: this.#options.name, detail }
    if (this.#problem?.code === code && this.#problem.detail === detail)
      this.#deps.logger.debug(fields, 'video source stopped')
    else this.#deps.logger.warn(fields, 'video source stopped')
    this.#problem = { code, detail }
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#stallTimer !== null) clearTimeout(this.#stallTimer)
    this.#timer = null
    this.#stallTimer = null
  }
}
