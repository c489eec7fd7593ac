import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnomalyType, Evidence } from '../../contracts/anomaly.ts'
import { type Clock, minuteMs } from '../../contracts/clock.ts'
import type { ModelRef, Polygon } from '../../contracts/detections.ts'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { readJpegHeader, turnsSideways } from '../../detectors/jpeg-header.ts'
import type { RaiseEffect } from '../model/effect.ts'
import type { EvidenceFact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { Redact } from '../model/vision.ts'
import type { ClipBuffer, Collection } from './clip-buffer.ts'
import { encodeClip } from './clip-encoder.ts'
import { type ClipPlan, planClip } from './clip-plan.ts'
import type { EvidenceStore } from './evidence-store.ts'

export interface ClipMakerDeps {
  readonly buffer: ClipBuffer
  readonly redact: Redact
  readonly evidence: Pick<EvidenceStore, 'put' | 'lock'>
  readonly record: (fact: EvidenceFact) => unknown
  /** The camera that shows an anomaly: the device itself, or that of a door; null where none does. */
  readonly cameraOf: (community: string, device: string) => string | null
  /** Privacy masks of a camera, relative 0..1. */
  readonly masksOf: (community: string, camera: string) => readonly Polygon[]
  /** Weights that destroyed the faces and plates. */
  readonly models: () => readonly ModelRef[]
  readonly clock: Clock
  readonly logger: Logger
}

export interface ClipMakerOptions {
  readonly beforeMs: number
  readonly afterMs: number
  /** A private folder for clips that are being written; emptied at the start. */
  readonly folder: string
  /** Clips collected or encoded at once. */
  readonly atOnceMax?: number
  readonly ffmpegPath?: string
}

export interface ClipMakerStats {
  readonly underWay: number
  readonly made: number
  /** Anomalies without a clip because too many were under way. */
  readonly refused: number
  /** Without a clip because ffmpeg, the models or the disk failed. */
  readonly failed: number
  /** Without a clip because their camera had given fewer than two frames. */
  readonly empty: number
}

export interface ClipMaker {
  start(): Promise<void>
  /** To be called for each raise once it is on disk; returns at once. */
  raised(effect: RaiseEffect): void
  stats(): ClipMakerStats
  /** Why the last clip failed; null since one was made. */
  problem(): ErrorCode | null
  /** Gives up what is under way and waits until ffmpeg has gone. */
  close(): Promise<void>
}

interface Job {
  readonly community: string
  readonly camera: string
  /** Anomalies that this clip shows, by key. */
  readonly keys: Set<string>
  readonly until: number
}

/** The clip is no use while its own anomaly is that the camera shows nothing. */
const shownByVideo = (type: AnomalyType): boolean =>
  /^(vehicle|stall|ebike|person|crowd|access|flame|watchlist)\./.test(type) ||
  type === 'door.forced'
const longSideMaxPx = 1280
/** Frames travel and wait a little before they reach the buffer. */
const slackMs = 500

export const createClipMaker = (deps: ClipMakerDeps, options: ClipMakerOptions): ClipMaker =>
  new Maker(deps, { atOnceMax: 4, ffmpegPath: 'ffmpeg', ...options })

class Maker implements ClipMaker {
  readonly #deps: ClipMakerDeps
  readonly #options: Required<ClipMakerOptions>
  readonly #jobs = new Map<string, Job>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #made = 0
  #refused = 0
  #failed = 0
  #empty = 0
  #problem: ErrorCode | null = null

  constructor(deps: ClipMakerDeps, options: Required<ClipMakerOptions>) {
    this.#deps = deps
    this.#options = options
  }

  async start(): Promise<void> {
    const { folder } = this.#options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(folder)) await rm(join(folder, name), { force: true })
  }

  raised(effect: RaiseEffect): void {
    const { beforeMs, afterMs, atOnceMax } = this.#options
    if (beforeMs + afterMs <= 0 || this.#closing.signal.aborted) return
    if (effect.device === null || !shownByVideo(effect.type)) return
    const { community, device, key } = effect
    const camera = this.#deps.cameraOf(community, device)
    if (camera === null) return
    const now = this.#deps.clock()
    const place = `${community}/${camera}`
    const running = this.#jobs.get(place)
    // A clip that shows this moment too is on its way.
    if (running !== undefined && now <= running.until) {
      running.keys.add(key)
      return
    }
    if (this.#underWay.size >= atOnceMax) {
      this.#refused += 1
      this.#deps.logger.warn({ camera: place, key, atOnceMax }, 'no clip: too many under way')
      return
    }
    // When it became an anomaly, where the camera's clock agrees with ours.
    const at = effect.at <= now && effect.at >= now - beforeMs ? effect.at : now
    const job: Job = { community, camera, keys: new Set([key]), until: at + afterMs }
    this.#jobs.set(place, job)
    const collection = this.#deps.buffer.collect(community, camera, at - beforeMs, job.until)
    const run = this.#run(job, collection, Math.max(0, job.until - now) + slackMs)
      .catch((error: unknown) => this.#complain(place, error))
      .finally(() => {
        collection.stop()
        if (this.#jobs.get(place) === job) this.#jobs.delete(place)
        this.#underWay.delete(run)
      })
    this.#underWay.add(run)
  }

  stats(): ClipMakerStats {
    const { size: underWay } = this.#underWay
    const [made, refused, failed, empty] = [this.#made, this.#refused, this.#failed, this.#empty]
    return { underWay, made, refused, failed, empty }
  }

  problem(): ErrorCode | null {
    return this.#problem
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#underWay)
  }

  async #run(job: Job, collection: Collection, waitMs: number): Promise<void> {
    await wait(waitMs, this.#closing.signal)
    const collected = collection.stop()
    const plan = planClip(collected, { framesMax: limits.clipFramesMax, framesPerSecondMax: 25 })
    if (plan === null) {
      this.#empty += 1
      return
    }
    const path = join(this.#options.folder, `${randomUUID()}.mp4`)
    try {
      const size = await this.#encode(job, plan, path)
      if ((await stat(path)).size > limits.clipBytesMax)
        throw new CodedError('ffmpeg.failed', `clip above ${limits.clipBytesMax} bytes`)
      const sha256 = await this.#deps.evidence.put(await readFile(path))
      if (sha256 === null) throw new CodedError('disk.full', 'no room for the clip')
      await this.#tell(job, { ...size, sha256, ...spanOf(plan), frames: plan.frames.length })
    } finally {
      await rm(path, { force: true })
    }
  }

  async #encode(job: Job, plan: ClipPlan, path: string) {
    const size = sizeOf(plan)
    const { framesPerSecond } = plan
    const { ffmpegPath } = this.#options
    const frames = this.#redacted(job, plan)
    const timeoutMs = 5 * minuteMs
    const { signal } = this.#closing
    await encodeClip({ frames, framesPerSecond, ...size, path, timeoutMs, signal, ffmpegPath })
    return size
  }

  /** One frame at a time, as the encoder takes them: a clip must not keep a door waiting. */
  async *#redacted(job: Job, { frames, shown }: ClipPlan): AsyncGenerator<Buffer> {
    const masks = this.#deps.masksOf(job.community, job.camera)
    let index = -1
    let jpeg: Buffer | null = null
    for (const wanted of shown) {
      this.#closing.signal.throwIfAborted()
      const frame = frames[wanted]
      if (wanted !== index && frame !== undefined) {
        index = wanted
        const request = { knownFacesPx: [], overlay: null, masks }
        // What cannot be redacted is not shown; the picture before it stands.
        jpeg = await this.#deps.redact(frame.jpeg, request).then(
          (redacted) => redacted.jpeg,
          (error: unknown) => {
            if (error instanceof CodedError && error.code.startsWith('frame.')) return jpeg
            throw error
          },
        )
      }
      if (jpeg !== null) yield jpeg
    }
  }

  async #tell(
    job: Job,
    clip: Omit<Extract<Evidence, { kind: 'clip' }>, 'kind' | 'device' | 'models'>,
  ): Promise<void> {
    const models = [...this.#deps.models()].slice(0, 8)
    const evidence: Evidence = { kind: 'clip', device: job.camera, models, ...clip }
    await this.#deps.evidence.lock(clip.sha256)
    this.#made += 1
    this.#problem = null
    const { community } = job
    const receivedAt = this.#deps.clock()
    for (const key of job.keys)
      await this.#deps.record({
        kind: 'evidence',
        community,
        key,
        receivedAt,
        evidence: [evidence],
      })
  }

  #complain(camera: string, error: unknown): void {
    if (this.#closing.signal.aborted) return
    this.#failed += 1
    const code = error instanceof CodedError ? error.code : 'ffmpeg.failed'
    this.#problem = code
    const reason = error instanceof Error ? error.message : String(error)
    this.#deps.logger.error({ code, camera, reason }, 'clip not made')
  }
}

const spanOf = ({ frames }: ClipPlan) => ({
  from: Math.min(...frames.map(({ ts }) => ts)),
  to: Math.max(...frames.map(({ ts }) => ts)),
})

/** Size of the first frame as it is shown, at most 1280 px long, in even numbers (4:2:0). */
function sizeOf({ frames }: ClipPlan): { readonly widthPx: number; readonly heightPx: number } {
  const [first] = frames
  if (first === undefined) throw new Error('invariant broken: a plan has frames')
  const header = readJpegHeader(first.jpeg)
  const sideways = turnsSideways(header.orientation)
  const width = sideways ? header.storedHeightPx : header.storedWidthPx
  const height = sideways ? header.storedWidthPx : header.storedHeightPx
  const scale = Math.min(1, longSideMaxPx / Math.max(width, height))
  const even = (px: number): number => Math.max(2, 2 * Math.round((px * scale) / 2))
  return { widthPx: even(width), heightPx: even(height) }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer)
      reject(new Error('closing'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
