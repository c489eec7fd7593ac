import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import type { Logger } from '../model/logger.ts'
import {
  playVideo,
  type RunningVideo,
  type VideoEvents,
  type VideoRequest,
} from './ffmpeg-adapter.ts'
import { allowedVideo } from './source-policy.ts'

export interface FileSourceDeps {
  readonly frame: (jpeg: Buffer) => void
  readonly random: () => number
  readonly logger: Logger
  /** Another player is given by tests of the backoff. */
  readonly play?: (request: VideoRequest, events: VideoEvents) => RunningVideo
}

export interface FileSourceOptions {
  readonly source: string
  readonly allowedFolders: readonly string[]
  readonly framesPerSecond: number
  readonly ffmpegPath?: string
  readonly backoffFirstMs?: number
}

const backoffMaxMs = 60_000

/** A video file as a camera: played in its own speed, from the beginning again, for ever. */
export class FileSource {
  readonly #deps: FileSourceDeps
  readonly #options: FileSourceOptions
  #running: RunningVideo | null = null
  #timer: NodeJS.Timeout | null = null
  #failures = 0
  #closed = false
  #problem: { readonly code: ErrorCode; readonly detail: string } | null = null
  restarts = 0

  constructor(deps: FileSourceDeps, options: FileSourceOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** What keeps it from playing; null while pictures come. */
  get problem(): { readonly code: ErrorCode; readonly detail: string } | null {
    return this.#problem
  }

  async start(): Promise<void> {
    this.#timer = null
    const { source, allowedFolders, framesPerSecond, ffmpegPath } = this.#options
    try {
      // Checked anew at every start: the file behind a link may have changed.
      const path = await allowedVideo(source, allowedFolders)
      if (this.#closed) return
      const request = { path, framesPerSecond, loop: true, realtime: true }
      const play = this.#deps.play ?? playVideo
      this.#running = play(ffmpegPath === undefined ? request : { ...request, ffmpegPath }, {
        frame: (jpeg) => this.#onFrame(jpeg),
        ended: (error) => this.#onEnd(error),
      })
    } catch (error) {
      this.#onEnd(
        error instanceof CodedError ? error : new CodedError('ffmpeg.failed', String(error)),
      )
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running?.close()
  }

  #onFrame(jpeg: Buffer): void {
    this.#failures = 0
    this.#problem = null
    this.#deps.frame(jpeg)
  }

  #onEnd(error: CodedError | null): void {
    this.#running = null
    if (this.#closed) return
    if (error !== null) {
      this.#problem = { code: error.code, detail: error.message }
      this.#deps.logger.warn(
        { code: error.code, source: this.#options.source, detail: error.message },
        'video source stopped',
      )
    }
    const first = this.#options.backoffFirstMs ?? 500
    const delayMs = Math.min(backoffMaxMs, first * 2 ** Math.min(this.#failures, 16))
    this.#failures += 1
    this.restarts += 1
    this.#timer = setTimeout(() => void this.start(), delayMs * (0.5 + this.#deps.random() / 2))
  }
}
