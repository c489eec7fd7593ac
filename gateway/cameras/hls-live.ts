import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import {
  type CopyInput,
  playlistName,
  type RunningCopy,
  rtspInput,
  segmentName,
  startCopy,
} from './hls-copy.ts'

/** What a camera plays at the moment; `CameraSources.stream` gives it. */
export interface LiveStream {
  /** As ffmpeg calls it: `h264`, `hevc`. */
  readonly codec: string
  /** Checked and without a password; for ffmpeg only. */
  readonly address: string
}

export interface HlsLiveDeps {
  readonly roster: Pick<RosterView, 'device'>
  readonly stream: (community: string, camera: string) => LiveStream | null
  readonly logger: Logger
  /** Milliseconds that only go forward; `performance.now` where left out. */
  readonly monotonic?: () => number
}

export interface HlsLiveOptions {
  /** A private folder; emptied at the start, which also ends a copy that outlived its gateway. */
  readonly folder: string
  /** Cameras shown at once. */
  readonly atOnceMax?: number
  /** So long after the last request the copy stops, ms. */
  readonly idleMs?: number
  /** No new segment for so long and ffmpeg is stopped, ms. */
  readonly stallMs?: number
  /** How long a first playlist may take, ms. */
  readonly readyMs?: number
  readonly ffmpegPath?: string
  readonly input?: CopyInput
}

export interface HlsLiveStats {
  readonly shown: number
  readonly started: number
  /** Stopped because no new segment came. */
  readonly stalled: number
  /** Wishes that were turned down: too many at once, or no H.264. */
  readonly refused: number
}

/** Live view as HLS: an unblurred copy of the camera's own H.264, so that who asks must be logged. */
export interface HlsLive {
  start(): Promise<void>
  /**
   * The playlist; starts the copy where there is none, and keeps it for `idleMs` more.
   *
   * @throws CodedError `camera.live-unsupported`, `ffmpeg.missing`, `ffmpeg.failed`, `picture.absent`
   */
  playlist(community: string, camera: string): Promise<string>
  /** A segment of the playlist; null where there is none (any more). */
  segment(community: string, camera: string, name: string): Promise<Buffer | null>
  stats(): HlsLiveStats
  /** Stops every copy and removes what it wrote. */
  close(): Promise<void>
}

interface Copy {
  readonly folder: string
  readonly ffmpeg: RunningCopy
  readonly address: string
  askedAt: number
  /** When the playlist last changed, and what its time was then. */
  changedAt: number
  modifiedMs: number
  removed: Promise<void> | null
}

const pollMs = 100

export const createHlsLive = (deps: HlsLiveDeps, options: HlsLiveOptions): HlsLive =>
  new Copies(deps, options)

class Copies implements HlsLive {
  readonly #deps: HlsLiveDeps
  readonly #options: Required<HlsLiveOptions>
  readonly #now: () => number
  readonly #copies = new Map<string, Copy>()
  readonly #timer: NodeJS.Timeout
  #closed = false
  #started = 0
  #stalled = 0
  #refused = 0

  constructor(deps: HlsLiveDeps, options: HlsLiveOptions) {
    this.#deps = deps
    this.#now = deps.monotonic ?? (() => performance.now())
    this.#options = {
      atOnceMax: 4,
      idleMs: 15 * secondMs,
      stallMs: 15 * secondMs,
      readyMs: 12 * secondMs,
      ffmpegPath: 'ffmpeg',
      input: rtspInput,
      ...options,
    }
    this.#timer = setInterval(() => void this.#tick().catch(() => null), secondMs)
    this.#timer.unref()
  }

  async start(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true })
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 })
  }

  async playlist(community: string, camera: string): Promise<string> {
    const copy = await this.#copyOf(community, camera)
    const deadline = this.#now() + this.#options.readyMs
    for (;;) {
      copy.askedAt = this.#now()
      const text = await readFile(join(copy.folder, playlistName), 'utf8').catch(() => '')
      if (copy.ffmpeg.ended !== null) throw copy.ffmpeg.ended
      if (text.includes('.ts')) return text
      if (this.#closed || this.#now() > deadline)
        throw new CodedError('picture.absent', `${camera} has sent no key frame`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async segment(community: string, camera: string, name: string): Promise<Buffer | null> {
    const copy = this.#copies.get(`${community}/${camera}`)
    if (copy === undefined || !segmentName.test(name)) return null
    copy.askedAt = this.#now()
    return readFile(join(copy.folder, name)).catch(() => null)
  }

  stats(): HlsLiveStats {
    const { size: shown } = this.#copies
    return { shown, started: this.#started, stalled: this.#stalled, refused: this.#refused }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await Promise.all([...this.#copies.keys()].map((key) => this.#stop(key)))
  }

  async #copyOf(community: string, camera: string): Promise<Copy> {
    const key = `${community}/${camera}`
    const { address } = this.#allowed(community, camera)
    const running = this.#copies.get(key)
    if (running?.ffmpeg.ended === null && running.removed === null && running.address === address)
      return running
    if (running !== undefined) await this.#stop(key)
    // While the old one went, another viewer may have come first.
    const made = this.#copies.get(key)
    if (made !== undefined) return made
    if (this.#copies.size >= this.#options.atOnceMax || this.#closed)
      throw this.#refuse(`${this.#options.atOnceMax} cameras are shown already; try again later`)
    return this.#begin(key, address)
  }

  #allowed(community: string, camera: string): LiveStream {
    const device = this.#deps.roster.device(community, camera)
    if (device?.camera === null || device?.state !== 'approved')
      throw new CodedError('picture.absent', camera)
    if ((device.camera.masks ?? []).length > 0)
      throw this.#refuse('parts of its picture may not be shown; MJPEG leaves them out')
    const stream = this.#deps.stream(community, camera)
    if (stream === null) throw this.#refuse('no RTSP camera, or it does not play at the moment')
    if (stream.codec !== 'h264') throw this.#refuse(`its stream is ${stream.codec}, not h264`)
    return stream
  }

  #refuse(detail: string): CodedError {
    this.#refused += 1
    return new CodedError('camera.live-unsupported', detail)
  }

  #begin(key: string, address: string): Copy {
    const { input, ffmpegPath } = this.#options
    const folder = join(this.#options.folder, randomUUID())
    mkdirSync(folder, { mode: 0o700 })
    const at = this.#now()
    const copy: Copy = {
      folder,
      address,
      askedAt: at,
      changedAt: at,
      modifiedMs: 0,
      removed: null,
      ffmpeg: startCopy(address, folder, input, ffmpegPath),
    }
    this.#started += 1
    this.#copies.set(key, copy)
    return copy
  }

  async #tick(): Promise<void> {
    const now = this.#now()
    for (const [key, copy] of this.#copies) {
      const info = await stat(join(copy.folder, playlistName)).catch(() => null)
      if (info !== null && info.mtimeMs !== copy.modifiedMs) {
        copy.modifiedMs = info.mtimeMs
        copy.changedAt = now
      }
      const hangs = now - copy.changedAt > this.#options.stallMs
      if (hangs && copy.removed === null) {
        this.#stalled += 1
        this.#deps.logger.warn({ camera: key }, 'live view brought no new segment and was stopped')
      }
      if (hangs || copy.ffmpeg.ended !== null || now - copy.askedAt > this.#options.idleMs)
        await this.#stop(key)
    }
  }

  /** Resolves when ffmpeg has gone and its folder too. */
  #stop(key: string): Promise<void> {
    const copy = this.#copies.get(key)
    if (copy === undefined) return Promise.resolve()
    copy.removed ??= (async () => {
      await copy.ffmpeg.close()
      await rm(copy.folder, { recursive: true, force: true })
      if (this.#copies.get(key) === copy) this.#copies.delete(key)
    })()
    return copy.removed
  }
}
