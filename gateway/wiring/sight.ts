import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../config/env.ts'
import type { ResolvedModel } from '../../config/models.ts'
import type { Config } from '../../config/schema.ts'
import type { Clock } from '../../contracts/clock.ts'
import type { Quarantined } from '../../contracts/health.ts'
import { type CameraHub, createCameraHub } from '../cameras/camera-hub.ts'
import { type CameraSources, createCameraSources } from '../cameras/camera-sources.ts'
import { type EvidenceStore, createEvidenceStore } from '../cameras/evidence-store.ts'
import type { Fact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
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
  start(): Promise<void>
  close(): Promise<void>
}

export function createSight(deps: SightDeps): Sight {
  const { settings, config, models, roster, clock, logger } = deps
  const complain = (error: unknown): void =>
    logger.error({ error: String(error) }, 'a finding of the cameras was not recorded')
  const random = Math.random
  const pool = createVisionPool(
    { models: models.filter((model) => isWanted(config, model)), clock, random, logger },
    { workers: config.detectors.workers ?? availableParallelism() },
  )
  const evidence = createEvidenceStore(
    { clock, logger },
    { folder: join(settings.home, 'evidence') },
  )
  const hub = createCameraHub(
    {
      roster,
      analyse: pool.analyse,
      redact: pool.redact,
      createTracker: () => createTracker(clock()),
      record: (fact) => void deps.record(fact).catch(complain),
      evidence,
      onQuarantine: deps.onQuarantine,
      seenBefore: deps.seenBefore,
      clock,
      logger,
    },
    { concurrency: pool.capacity },
  )
  const sources = createCameraSources(
    { roster, offer: (frame) => hub.offer(frame), clock, random, logger },
    { allowedFolders: config.cameras.allowedFolders, framesPerSecond: config.cameras.maxFps },
  )
  return {
    pool,
    hub,
    sources,
    evidence,
    async start() {
      await evidence.start()
      // Opening the weights takes a second or two; nothing else waits for it.
      pool.start().then(
        () => logger.info({ models: pool.models() }, 'detectors ready'),
        (error: unknown) => logger.error({ error: String(error) }, 'detectors could not start'),
      )
      await sources.refresh()
    },
    async close() {
      await sources.close()
      await hub.close()
      await pool.close()
      evidence.close()
    },
  }
}

const isWanted = (config: Config, { entry }: ResolvedModel): boolean =>
  (entry.task !== 'faces' || config.detectors.faces) &&
  (entry.task !== 'objects' || config.detectors.objects)
