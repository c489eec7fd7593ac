import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { CameraHealth } from '../../contracts/health.ts'
import type { LatestDetections } from '../../contracts/private-api.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import { readJpegHeader } from '../../detectors/jpeg-header.ts'
import type { CameraFrame } from '../model/frame.ts'
import { type Analysis, noThreadHasTime } from '../model/vision.ts'
import { BadFrames } from './bad-frames.ts'
import { Camera } from './camera.ts'
import { DropBook, type DropCause } from './drop-book.ts'
import { eventTime, followFrame } from './follow-frame.ts'
import { FrameQueue, type WaitingFrame } from './frame-queue.ts'
import type { CameraHub, CameraHubDeps, CameraHubOptions, CameraStats } from './hub-types.ts'
import { LiveView } from './live-view.ts'
import { SightingDesk } from './sighting-desk.ts'
import { Watched } from './watched.ts'

export type { CameraHub, CameraHubDeps, CameraHubOptions } from './hub-types.ts'

/** Takes frames of all cameras and turns them into facts; what it drops is counted by priority. */
export const createCameraHub = (deps: CameraHubDeps, options: CameraHubOptions): CameraHub =>
  new Hub(deps, options)

const keyOf = (community: string, id: string): string => `${community}/${id}`

class Hub implements CameraHub {
  readonly #deps: CameraHubDeps
  readonly #options: Required<CameraHubOptions>
  readonly #monotonic: () => number
  readonly #startedAt: number
  readonly #watched = new Map<string, Watched>()
  readonly #queue: FrameQueue
  readonly #view: LiveView
  readonly #dropped = new DropBook()
  readonly #bad = new BadFrames()
  readonly #underWay = new Set<Promise<void>>()
  readonly #timers: NodeJS.Timeout[]
  #in = 0
  #analysed = 0
  #shut = 0
  #unknown = 0
  #running = 0
  #closed = false

  constructor(deps: CameraHubDeps, options: CameraHubOptions) {
    this.#deps = deps
    this.#monotonic = deps.monotonic ?? (() => performance.now())
    this.#startedAt = this.#monotonic()
    this.#options = {
      frozenAfterMs: minuteMs,
      sightingEveryMs: secondMs,
      evidenceEveryMs: 5 * secondMs,
      coverageEveryMs: minuteMs,
      waitingBytesMax: 256 * 1024 * 1024,
      tickMs: secondMs,
      looks: {},
      ...options,
    }
    this.#queue = new FrameQueue(this.#options.waitingBytesMax, (lost, cause) =>
      this.#count(lost, cause),
    )
    this.#view = new LiveView(deps.redact, Math.max(2, Math.ceil(options.concurrency / 2)))
    this.#timers = [
      setInterval(() => this.#tick(), this.#options.tickMs),
      setInterval(() => this.#giveCoverage(), this.#options.coverageEveryMs),
    ]
  }

  offer(frame: CameraFrame): void {
    if (this.#closed) return
    this.#in += 1
    const settings = this.#settingsOf(frame.community, frame.camera)
    if (settings === null) {
      this.#unknown += 1
      return
    }
    try {
      readJpegHeader(frame.jpeg)
    } catch (error) {
      this.#deps.onQuarantine(this.#bad.note(frame, error))
      return
    }
    const key = keyOf(frame.community, frame.camera)
    const at = this.#monotonic()
    this.#watch(key, frame).camera.arrived(frame.receivedAt, at)
    this.#deps.clips?.push(frame.community, frame.camera, frame, eventTime(frame))
    this.#queue.push({ key, priority: settings.priority, frame, at })
    this.#pump()
  }

  async snapshot(
    community: string,
    camera: string,
    { boxes }: { readonly boxes: boolean },
  ): Promise<Buffer | null> {
    const key = keyOf(community, camera)
    const latest = this.#watched.get(key)?.camera.latest ?? null
    const settings = this.#settingsOf(community, camera)
    // Without settings nobody knows what must be masked.
    if (latest === null || settings === null) return null
    return this.#view.show(key, latest, settings, boxes)
  }

  detections(community: string, camera: string): LatestDetections | null {
    const latest = this.#watched.get(keyOf(community, camera))?.camera.latest ?? null
    if (latest === null) return null
    return {
      ts: latest.ts,
      widthPx: latest.analysis.widthPx,
      heightPx: latest.analysis.heightPx,
      detections: [
        ...latest.objects.map((object) => object.detection),
        ...latest.analysis.detections.filter((found) => found.label === 'plate'),
      ],
    }
  }

  subscribe(community: string, camera: string, listener: () => void): () => void {
    const key = keyOf(community, camera)
    // A wish for a camera that is not in the roster is answered by silence, not by memory.
    if (this.#settingsOf(community, camera) === null) return () => {}
    const { listeners } = this.#watch(key, { community, camera }).camera
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  health(): CameraHealth[] {
    return [...this.#deps.roster.devices()]
      .filter((device) => device.camera !== null && device.state === 'approved')
      .map((device) => {
        const known = this.#watched.get(keyOf(device.community, device.id))
        if (known !== undefined) return known.camera.health()
        const counts = { framesIn: 0, framesAnalysed: 0, framesDropped: 0 }
        return { id: device.id, state: 'waiting', lastFrameAt: null, ...counts }
      })
  }

  stats(): CameraStats {
    return {
      in: this.#in,
      analysed: this.#analysed,
      shut: this.#shut,
      dropped: this.#dropped.total,
      droppedByPriority: this.#dropped.byPriority(),
      droppedByCause: this.#dropped.byCause(),
      unknown: this.#unknown,
      bad: this.#bad.counts(),
      waiting: this.#queue.size,
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#underWay)
    this.#giveCoverage()
  }

  #settingsOf(community: string, id: string): CameraSettings | null {
    const device = this.#deps.roster.device(community, id)
    return device?.state === 'approved' ? device.camera : null
  }

  #watch(key: string, of: { readonly community: string; readonly camera: string }): Watched {
    const known = this.#watched.get(key)
    if (known !== undefined) return known
    const { frozenAfterMs, sightingEveryMs: everyMs, evidenceEveryMs } = this.#options
    const tracker = this.#deps.createTracker()
    const { community, camera: id } = of
    const made = new Watched(
      new Camera({ community, id, tracker, frozenAfterMs }),
      new SightingDesk({ everyMs, evidenceEveryMs }),
      this.#options.looks,
    )
    this.#watched.set(key, made)
    return made
  }

  /**
   * Keeps every detector fed, one frame per camera at a time: a tracker needs them in order. A door's
   * frame does not wait for those under way.
   */
  #pump(): void {
    while (!this.#closed) {
      const waiting = this.#queue.take(
        (key) => this.#watched.get(key)?.camera.busy !== true,
        this.#running < this.#options.concurrency ? undefined : ['door'],
      )
      if (waiting === null) return
      const watched = this.#watched.get(waiting.key)
      const settings = this.#settingsOf(waiting.frame.community, waiting.frame.camera)
      if (watched === undefined || settings === null) {
        this.#unknown += 1
        continue
      }
      this.#start(watched, waiting, settings)
    }
  }

  #start(watched: Watched, waiting: WaitingFrame, settings: CameraSettings): void {
    watched.camera.busy = true
    const run = this.#look(watched, waiting, settings)
      .catch((error: unknown) => {
        this.#deps.logger.error({ camera: waiting.key, error: String(error) }, 'frame lost')
      })
      .finally(() => {
        watched.camera.busy = false
        this.#underWay.delete(run)
        this.#pump()
      })
    this.#underWay.add(run)
  }

  async #look(watched: Watched, waiting: WaitingFrame, settings: CameraSettings): Promise<void> {
    this.#running += 1
    const request = watched.request(settings, waiting.at)
    let analysis: Analysis
    try {
      analysis = watched.answered(await this.#deps.analyse(waiting.frame.jpeg, request))
    } catch (error) {
      watched.unanswered(request)
      this.#refused(waiting, error)
      return
    } finally {
      this.#running -= 1
    }
    // Without weights a frame is only watched for being frozen: nobody has analysed it.
    if (analysis.models.length > 0) {
      this.#analysed += 1
      if (analysis.motion?.shut === true) this.#shut += 1
      watched.camera.counts.framesAnalysed += 1
    }
    // The detector is free while this camera's evidence is made.
    this.#pump()
    await followFrame(this.#deps, watched, waiting, settings, analysis)
  }

  #refused(waiting: WaitingFrame, error: unknown): void {
    if (error instanceof CodedError && error.code.startsWith('frame.')) {
      const watched = this.#watched.get(waiting.key)
      if (watched !== undefined) watched.camera.damaged = true
      this.#deps.onQuarantine(this.#bad.note(waiting.frame, error))
      return
    }
    const reason = error instanceof Error ? error.message : String(error)
    this.#count(waiting, reason === noThreadHasTime ? 'pool-full' : 'crashed')
    this.#deps.logger.debug({ camera: waiting.key, reason }, 'frame not analysed')
  }

  #count(lost: WaitingFrame, cause: DropCause): void {
    this.#dropped.count(lost.priority, cause)
    const watched = this.#watched.get(lost.key)
    if (watched !== undefined) watched.camera.counts.framesDropped += 1
  }

  #tick(): void {
    const now = this.#deps.clock()
    const at = this.#monotonic()
    for (const [key, { camera }] of this.#watched) {
      const settings = this.#settingsOf(camera.community, camera.id)
      if (settings === null) {
        // No longer a camera of ours.
        this.#watched.delete(key)
        this.#queue.forget(key)
        this.#view.forget(key)
        continue
      }
      const change = camera.checkStale(now, at, settings)
      if (change !== null) this.#deps.record(change)
    }
    this.#missReturners(now, at)
  }

  /** Cameras that sent before this start and have not come back. */
  #missReturners(now: number, at: number): void {
    const { seenBefore, roster, record } = this.#deps
    if (seenBefore === undefined) return
    for (const { community, id } of roster.devices()) {
      const settings = this.#settingsOf(community, id)
      if (settings === null || at - this.#startedAt <= settings.staleAfterMs) continue
      const key = keyOf(community, id)
      if (this.#watched.has(key) || !seenBefore(community, id)) continue
      const { camera } = this.#watch(key, { community, camera: id })
      const change = camera.missing(now - (at - this.#startedAt), now)
      if (change !== null) record(change)
    }
  }

  #giveCoverage(): void {
    const now = this.#deps.clock()
    for (const { camera } of this.#watched.values()) {
      for (const fact of camera.takeCoverage(now)) this.#deps.record(fact)
    }
  }
}
