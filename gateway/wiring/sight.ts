import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../config/env.ts'
import type { ResolvedModel } from '../../config/models.ts'
import type { Config } from '../../config/schema.ts'
import { type Clock, secondMs } from '../../contracts/clock.ts'
import type { ModelRef } from '../../contracts/detections.ts'
import type { Quarantined } from '../../contracts/health.ts'
import { type CameraHub, createCameraHub } from '../cameras/camera-hub.ts'
import { type CameraSources, createCameraSources } from '../cameras/camera-sources.ts'
import { ClipBuffer } from '../cameras/clip-buffer.ts'
import { type ClipMaker, createClipMaker } from '../cameras/clip-maker.ts'
import { type EvidenceStore, createEvidenceStore } from '../cameras/evidence-store.ts'
import { createHlsLive, type HlsLive } from '../cameras/hls-live.ts'
import type { Fact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { FrameLook } from '../model/vision.ts'
import { createTracker } from '../vision/tracker.ts'
import { type VisionPool, createVisionPool } from '../vision/vision-pool.ts'

export interface SightDeps {
  readonly settings: Settings
  readonly config: Config
  readonly models: readonly ResolvedModel[]
  readonly roster: RosterView
  readonly record: (fact: Fact) => Promise<void>
  readonly onQuarantine: (bad: Quarantined) => void
  /** Whether a device has ever sent anything, before this start too. */
  readonly seenBefore: (community: string, device: string) => boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** Everything that looks: detector threads, the camera hub, players and the pictures kept. */
export interface Sight {
  readonly pool: VisionPool
  readonly hub: CameraHub
  readonly sources: CameraSources
  readonly evidence: EvidenceStore
  readonly clipBuffer: ClipBuffer
  readonly clips: ClipMaker
  readonly live: HlsLive
  /** Doors and barriers come later than the cameras: each look goes to them first. */
  follow(follower: (look: FrameLook) => void): void
  start(): Promise<void>
  /** Opens the weights, which keeps all cores busy for seconds: after everything that others wait for. */
  openEyes(): void
  close(): Promise<void>
}

export function createSight(deps: SightDeps): Sight {
  const { settings, config, models, roster, clock, logger } = deps
  const record = (fact: Fact): void =>
    void deps.record(fact).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'a finding of the cameras was not recorded')
    })
  const random = Math.random
  const pool = createVisionPool(
    { models, clock, random, logger },
    { workers: config.detectors.workers ?? availableParallelism() },
  )
  const evidence = createEvidenceStore(
    { clock, logger },
    { folder: join(settings.home, 'evidence') },
  )
  const clipBuffer = new ClipBuffer({ keepMs: config.cameras.clipBeforeSeconds * secondMs })
  const followers: ((look: FrameLook) => void)[] = []
  const hub = createHub({ ...deps, pool, evidence, clipBuffer, record }, followers)
  const { allowedFolders, allowedNetworks, maxFps: framesPerSecond } = config.cameras
  const sources = createCameraSources(
    { roster, offer: (frame) => hub.offer(frame), clock, random, logger },
    { allowedFolders, allowedNetworks, framesPerSecond },
  )
  const clips = createClips({ ...deps, pool, evidence, clipBuffer, record })
  const live = createHlsLive(
    { roster, stream: liveStreamOf(sources), logger },
    { folder: join(settings.home, 'live') },
  )
  // What the clip buffer keeps of cameras that have stopped sending goes by itself.
  const sweeping = setInterval(() => clipBuffer.sweep(clock()), 5 * secondMs).unref()
  return {
    pool,
    hub,
    sources,
    evidence,
    clipBuffer,
    clips,
    live,
    follow: (follower) => void followers.push(follower),
    async start() {
      await evidence.start()
      await clips.start()
      await live.start()
      await sources.refresh()
    },
    openEyes() {
      pool.start().then(
        () => logger.info({ models: pool.models() }, 'detectors ready'),
        (error: unknown) => logger.error({ error: String(error) }, 'detectors could not start'),
      )
    },
    async close() {
      clearInterval(sweeping)
      await live.close()
      await sources.close()
      await clips.close()
      await hub.close()
      await pool.close()
      evidence.close()
    },
  }
}

interface ClipParts extends SightDeps {
  readonly pool: VisionPool
  readonly evidence: EvidenceStore
  readonly clipBuffer: ClipBuffer
}

type HubParts = Omit<ClipParts, 'record'> & { readonly record: (fact: Fact) => void }

function createHub(parts: HubParts, followers: readonly ((look: FrameLook) => void)[]): CameraHub {
  const { roster, pool, record, evidence, onQuarantine, seenBefore, clipBuffer, clock, logger } =
    parts
  return createCameraHub(
    {
      roster,
      analyse: pool.analyse,
      redact: pool.redact,
      createTracker: () => createTracker(clock()),
      record,
      evidence,
      onQuarantine,
      seenBefore,
      followers,
      clips: clipBuffer,
      clock,
      logger,
    },
    { concurrency: pool.capacity },
  )
}

function createClips(parts: HubParts): ClipMaker {
  const { roster, config, settings, pool, evidence, clipBuffer, record, clock, logger } = parts
  return createClipMaker(
    {
      buffer: clipBuffer,
      redact: pool.redact,
      evidence,
      record,
      cameraOf: (community, id) => cameraOf(roster, community, id),
      masksOf: (community, id) => roster.device(community, id)?.camera?.masks ?? [],
      models: () => blurringModels(parts.models),
      clock,
      logger,
    },
    {
      beforeMs: config.cameras.clipBeforeSeconds * secondMs,
      afterMs: config.cameras.clipAfterSeconds * secondMs,
      folder: join(settings.home, 'clips'),
    },
  )
}

/** The device itself, or the first camera of a door or barrier. */
function cameraOf(roster: RosterView, community: string, id: string): string | null {
  const device = roster.device(community, id)
  if (device === null) return null
  if (device.camera !== null) return id
  return device.door?.cameras[0] ?? device.barrier?.cameras[0] ?? null
}

const blurringModels = (models: readonly ResolvedModel[]): readonly ModelRef[] =>
  models
    .filter(({ entry, state }) => state === 'found' && /^(faces|plates)$/.test(entry.task))
    .map(({ entry }) => ({ name: entry.file, sha256: entry.sha256 }))

function liveStreamOf(sources: CameraSources) {
  return (community: string, camera: string) => {
    const stream = sources.stream(community, camera)
    return stream === null ? null : { codec: stream.codec ?? 'unknown', address: stream.address }
  }
}
