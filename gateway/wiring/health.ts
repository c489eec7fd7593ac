import type { Clock } from '../../contracts/clock.ts'
import type { GatewayHealth } from '../../contracts/health.ts'
import type { Broker, BrokerStats } from '../broker/broker.ts'
import type { Barriers } from '../access/barrier-guard.ts'
import type { CommandBus } from '../access/command-bus.ts'
import type { Doors } from '../access/door-guard.ts'
import type { CameraHub } from '../cameras/camera-hub.ts'
import type { CameraSources } from '../cameras/camera-sources.ts'
import type { ClipBuffer } from '../cameras/clip-buffer.ts'
import type { ClipMaker } from '../cameras/clip-maker.ts'
import type { EvidenceStore } from '../cameras/evidence-store.ts'
import type { HlsLive } from '../cameras/hls-live.ts'
import type { FaceEntry } from '../model/access.ts'
import type { RulesDesk } from '../rulebook/rules-desk.ts'
import type { OutboxSender } from '../outbox/outbox-sender.ts'
import type { Pipeline } from '../pipeline/client.ts'
import type { VisionPool, VisionStats } from '../vision/vision-pool.ts'
import type { HomeAssistantOut } from './home-assistant-out.ts'
import type { LoopDelay } from './loop-delay.ts'
import { problemsOf } from './problems.ts'

export interface HealthDeps {
  readonly startedAt: number
  readonly clock: Clock
  readonly pipeline: Pipeline
  readonly broker: Broker
  readonly hub: CameraHub
  readonly sources: CameraSources
  readonly evidence: EvidenceStore
  readonly pool: VisionPool
  readonly clips: ClipMaker
  readonly clipBuffer: ClipBuffer
  readonly live: HlsLive
  readonly faces: FaceEntry | null
  readonly commands: CommandBus
  readonly doors: Doors
  readonly barriers: Barriers
  readonly sender: OutboxSender
  readonly loopDelay: LoopDelay
  readonly homeAssistant: Pick<HomeAssistantOut, 'stats'> | null
  readonly rulesDesk: RulesDesk
}

/** How long a refused commit is remembered as a problem. */
const refusalMemoryMs = 60_000

const brokerOf = ({ kind, connected, clients, refusedTopics }: BrokerStats) => ({
  kind,
  connected,
  clients,
  refusedTopics: [...refusedTopics],
})

/** The gateway's own account of itself, gathered from its parts at each question. */
export function createHealth(deps: HealthDeps): () => Promise<GatewayHealth> {
  let refusedBefore = 0
  let refusedAt = Number.NEGATIVE_INFINITY
  return async () => {
    const stats = await deps.pipeline.stats()
    const refused = deps.pipeline.refused + deps.pipeline.failedCommits
    if (refused > refusedBefore) refusedAt = deps.clock()
    refusedBefore = refused
    const broker = deps.broker.stats()
    const frames = deps.hub.stats()
    const vision = deps.pool.stats()
    const evidence = deps.evidence.stats()
    const sent = deps.sender.stats()
    const problems = problemsOf({
      models: deps.pool.models(),
      detectorCrashedLately: deps.pool.crashedLately(),
      broker,
      sources: deps.sources.problems(),
      clips: deps.clips.problem(),
      sender: sent.lastError,
      unusableFaces: unusableOf(deps.faces),
      seriesError: stats.series.lastError,
      poisoned: stats.outbox.poisoned,
      rules: deps.rulesDesk.problems(),
      commitsRefused:
        deps.clock() - refusedAt < refusalMemoryMs
          ? (deps.pipeline.lastCommitFailure?.code ?? 'disk.full')
          : null,
    })
    return {
      status: problems.length === 0 ? 'ok' : 'degraded',
      startedAt: deps.startedAt,
      ready: true,
      problems,
      broker: brokerOf(broker),
      readings: stats.readings,
      frames: { in: frames.in, analysed: frames.analysed, dropped: frames.dropped },
      vision: workOf(vision),
      outbox: stats.outbox,
      series: stats.series,
      quarantine: stats.quarantine,
      dropped: {
        ...stats.dropped,
        ...broker.dropped,
        'frames.door': frames.droppedByPriority.door,
        'frames.care': frames.droppedByPriority.care,
        'frames.public': frames.droppedByPriority.public,
        'frames.unknown-camera': frames.unknown,
        'vision.crashed': vision.crashed,
        'vision.dropped-by-crash': vision.droppedByCrash,
        'vision.dropped-by-queue': vision.droppedByQueue,
        'evidence.refused': evidence.refused,
        'evidence.swept': evidence.swept,
        ...causesOf(frames.droppedByCause),
        ...sourceCounts(deps.sources),
        ...entranceCounts(deps),
        ...deps.homeAssistant?.stats(),
        'outbox.evidence-missing': sent.evidenceMissing,
        'outbox.evidence-refused': sent.evidenceRefused,
      },
      cameras: deps.hub.health(),
      adapters: [...stats.adapters],
      engines: stats.engines,
      rules: deps.rulesDesk.inForce(),
      commitMs: stats.commitMs,
      loopDelayMs: deps.loopDelay.read(),
      models: deps.pool.models(),
    }
  }
}

const causesOf = (byCause: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(byCause).map(([cause, count]) => [`frames.cause-${cause}`, count]),
  )

const workOf = ({ analysed, shut, gateMs, decodeMs, inferMs }: VisionStats) => ({
  analysed,
  shut,
  gateMs,
  decodeMs,
  inferMs,
})

/** What doors, barriers, clips and live views could not do, by name. */
function entranceCounts({ clips, clipBuffer, live, commands, doors, barriers }: HealthDeps) {
  const clip = clips.stats()
  return {
    'clips.refused': clip.refused,
    'clips.failed': clip.failed,
    'clips.empty': clip.empty,
    'clips.frames-squeezed': clipBuffer.stats().squeezed,
    'live.stalled': live.stats().stalled,
    'live.refused': live.stats().refused,
    'commands.expired': commands.stats.expired,
    'commands.refused-full': commands.stats.refusedFull,
    'doors.stale': doors.stats.stale,
    'doors.unconfirmed': doors.stats.unconfirmed,
    'doors.pins-refused': doors.stats.pinsRefused,
    'barriers.repeated-reports': barriers.stats.repeatedReports,
  }
}

/** How often players of cameras had to be started anew, and how often they had to be stopped. */
function sourceCounts(sources: CameraSources) {
  const all = sources.stats()
  return {
    'sources.restarts': all.reduce((sum, { restarts }) => sum + restarts, 0),
    'sources.kills': all.reduce((sum, { kills }) => sum + kills, 0),
  }
}

function unusableOf(faces: FaceEntry | null): number {
  const { damaged, foreign } = faces?.unusable() ?? { damaged: 0, foreign: 0 }
  return damaged + foreign
}
