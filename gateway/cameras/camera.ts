import type { CameraHealth } from '../../contracts/health.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { CameraStateFact, CoverageFact, TrackedObject } from '../model/input.ts'
import type { Analysis, Tracker } from '../model/vision.ts'
import { CoverageMeter } from './coverage-meter.ts'
import { FreezeWatch } from './freeze-watch.ts'
import { type SceneState, SceneWatch } from './scene-watch.ts'

/** The newest frame that was looked at, and what was seen in it. */
export interface LatestFrame {
  readonly frame: CameraFrame
  readonly ts: number
  readonly analysis: Analysis
  readonly objects: readonly TrackedObject[]
}

export interface CameraDeps {
  readonly community: string
  readonly id: string
  readonly tracker: Tracker
  readonly frozenAfterMs: number
}

/** What the hub knows of one camera. Mutable; nothing of one camera is shared with another. */
export class Camera {
  readonly community: string
  readonly id: string
  readonly tracker: Tracker
  readonly counts = { framesIn: 0, framesAnalysed: 0, framesDropped: 0 }
  readonly coverage = new CoverageMeter()
  readonly freeze: FreezeWatch
  readonly scene = new SceneWatch()
  readonly listeners = new Set<() => void>()
  /** A frame of it is being looked at; the next one waits. */
  busy = false
  latest: LatestFrame | null = null
  /** Receive time, epoch ms, of the last sound frame. */
  lastFrameAt: number | null = null
  state: CameraHealth['state'] = 'waiting'
  /** The last frame looked at could not be decoded: what comes in is no picture. */
  damaged = false
  /** Monotonic ms of the last sound frame. */
  #arrivedAt = 0

  constructor(deps: CameraDeps) {
    this.community = deps.community
    this.id = deps.id
    this.tracker = deps.tracker
    this.freeze = new FreezeWatch({ frozenAfterMs: deps.frozenAfterMs })
  }

  /** A frame with a sound header has come in; it may still wait long, or be dropped, before it is looked at. */
  arrived(receivedAt: number, at: number): void {
    this.counts.framesIn += 1
    if (this.damaged) return
    this.lastFrameAt = receivedAt
    this.#arrivedAt = at
  }

  /** A frame has been decoded: is the picture alive? Gives the change of state, if it is one. */
  looked(analysis: Analysis, receivedAt: number, at: number, settings: CameraSettings) {
    this.damaged = false
    this.lastFrameAt = Math.max(this.lastFrameAt ?? 0, receivedAt)
    this.#arrivedAt = Math.max(this.#arrivedAt, at)
    const liveness = this.freeze.look(analysis.sample, at)
    const scene = this.#sceneOf(analysis, at, settings)
    // A camera covers only while something looks at its frames: without a model nobody does. What is
    // covered, blurred or turned away sends frames, and sees nothing of its place.
    if (analysis.models.length === 0 || liveness === 'frozen' || scene !== 'ok')
      this.coverage.stop()
    else this.coverage.frame(receivedAt, liveness === 'live', settings.staleAfterMs)
    if (liveness === 'frozen')
      return this.#become('frozen', receivedAt - this.freeze.sameFor(at), receivedAt)
    if (liveness === 'same' && this.state === 'frozen') return null
    return this.#become(scene, receivedAt, receivedAt)
  }

  #sceneOf(analysis: Analysis, at: number, settings: CameraSettings): SceneState {
    if (settings.watchPicture === false || analysis.scene === null) return 'ok'
    return this.scene.look(analysis.scene, at)
  }

  /** Called every second: gives the change to offline, if it is one. */
  checkStale(now: number, at: number, settings: CameraSettings): CameraStateFact | null {
    if (this.state === 'waiting' || this.state === 'offline') return null
    if (at - this.#arrivedAt <= settings.staleAfterMs) return null
    this.coverage.stop()
    this.freeze.reset()
    return this.#become('offline', this.lastFrameAt ?? now, now)
  }

  /** It sent before the box was started at `startedAt` (epoch ms), and has not since. */
  missing(startedAt: number, now: number): CameraStateFact | null {
    return this.#become('offline', startedAt, now)
  }

  takeCoverage(now: number): CoverageFact[] {
    return this.coverage.take().map(([from, to]) => ({
      kind: 'coverage',
      community: this.community,
      device: this.id,
      from,
      to,
      receivedAt: now,
    }))
  }

  health(): CameraHealth {
    return { id: this.id, state: this.state, lastFrameAt: this.lastFrameAt, ...this.counts }
  }

  #become(
    state: CameraStateFact['state'],
    since: number,
    receivedAt: number,
  ): CameraStateFact | null {
    if (this.state === state) return null
    this.state = state
    const { community, id: camera } = this
    return { kind: 'camera-state', community, camera, state, since, receivedAt }
  }
}
