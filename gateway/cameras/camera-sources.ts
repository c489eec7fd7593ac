import type { Clock } from '../../contracts/clock.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { FileSource } from './file-source.ts'

export interface CameraSourcesDeps {
  readonly roster: RosterView
  /** `CameraHub.offer` */
  readonly offer: (frame: CameraFrame) => void
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

export interface CameraSourcesOptions {
  readonly allowedFolders: readonly string[]
  readonly framesPerSecond: number
  readonly ffmpegPath?: string
}

export interface SourceProblem {
  readonly community: string
  readonly camera: string
  readonly code: ErrorCode
  readonly detail: string
}

export interface CameraSources {
  /** Starts and stops players until they fit the roster; to be called at start and on its changes. */
  refresh(): Promise<void>
  problems(): readonly SourceProblem[]
  close(): Promise<void>
}

interface Playing {
  readonly community: string
  readonly camera: string
  readonly source: string
  readonly player: FileSource
}

/** The cameras that do not send by themselves: one player each. */
export function createCameraSources(
  deps: CameraSourcesDeps,
  options: CameraSourcesOptions,
): CameraSources {
  const playing = new Map<string, Playing>()
  const begin = (community: string, camera: string, source: string): Playing => {
    const frame = (jpeg: Buffer): void =>
      deps.offer({ community, camera, capturedAt: null, receivedAt: deps.clock(), jpeg })
    const { random, logger } = deps
    return {
      community,
      camera,
      source,
      player: new FileSource({ frame, random, logger }, { ...options, source }),
    }
  }
  return {
    async refresh() {
      const wanted = wantedSources(deps.roster)
      for (const [key, { source, player }] of playing) {
        if (wanted.get(key)?.source === source) continue
        playing.delete(key)
        await player.close()
      }
      for (const [key, { community, camera, source }] of wanted) {
        if (playing.has(key)) continue
        const started = begin(community, camera, source)
        playing.set(key, started)
        await started.player.start()
      }
    },
    problems: () =>
      [...playing.values()].flatMap(({ community, camera, player }) =>
        player.problem === null ? [] : [{ community, camera, ...player.problem }],
      ),
    async close() {
      await Promise.all([...playing.values()].map(({ player }) => player.close()))
      playing.clear()
    },
  }
}

function wantedSources(roster: RosterView) {
  const wanted = new Map<string, { community: string; camera: string; source: string }>()
  for (const device of roster.devices()) {
    const source = device.camera?.source ?? null
    if (source === null || device.state !== 'approved') continue
    const { community, id: camera } = device
    wanted.set(`${community}/${camera}`, { community, camera, source })
  }
  return wanted
}
