import type { Clock } from '../../contracts/clock.ts'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { type OpenerDeps, opener } from './source-opener.ts'
import { allowedNetworks } from './source-networks.ts'
import type { VideoShape } from './source-player.ts'
import type { Resolve } from './source-policy.ts'
import { type SourceState, SupervisedSource } from './source-supervisor.ts'

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
  /** CIDRs, `cameras.allowedNetworks`; none means no network camera. */
  readonly allowedNetworks?: readonly string[]
  /** Where a camera's own settings say nothing. */
  readonly framesPerSecond: number
  readonly ffmpegPath?: string
  /** How names are looked up; another is given by tests of rebinding. */
  readonly resolveName?: Resolve
  readonly processesMax?: number
  readonly backoffFirstMs?: number
}

export interface SourceProblem {
  readonly community: string
  readonly camera: string
  readonly code: ErrorCode
  readonly detail: string
}

/** A camera's stream as a player of the live view may open it. */
export interface StreamInfo extends VideoShape {
  /** Checked, with user and password, on loopback: for ffmpeg only, never for a log or an answer. */
  readonly address: string
}

export interface SourceStats {
  readonly community: string
  readonly camera: string
  readonly state: SourceState
  /** Null before it is known, and for pictures over HTTP. */
  readonly codec: string | null
  readonly frames: number
  readonly restarts: number
  /** Stopped because no picture came. */
  readonly kills: number
}

export interface CameraSources {
  /** Starts and stops players until they fit the roster; to be called at start and on its changes. */
  refresh(): Promise<void>
  problems(): readonly SourceProblem[]
  stats(): readonly SourceStats[]
  /** Null for a camera that is no RTSP camera or does not play at the moment. */
  stream(community: string, camera: string): StreamInfo | null
  close(): Promise<void>
}

interface Wanted {
  readonly community: string
  readonly camera: string
  readonly source: string
  readonly settings: CameraSettings
  /** Changes with anything that needs a new start. */
  readonly fingerprint: string
}

interface Playing extends Wanted {
  readonly player: SupervisedSource
  address: string | null
}

/** Cores and memory of a box are bounded: a 1080p stream takes 40 MB and up to a core. */
const processesMax = 64
/** Between the starts of two cameras, and until the last one at most, ms. */
const spreadMs = 150
const spreadMaxMs = 10_000
/** A camera that counts as offline early or late is not restarted early or late without bound. */
const stallMinMs = 5_000
const stallMaxMs = 20_000

/** The cameras that do not send by themselves: one supervised source each. */
export function createCameraSources(
  deps: CameraSourcesDeps,
  options: CameraSourcesOptions,
): CameraSources {
  const playing = new Map<string, Playing>()
  const openers = openerDeps(deps, options)
  let closed = false
  const follow = async (): Promise<void> => {
    if (closed) return
    const wanted = wantedSources(deps.roster)
    const gone = [...playing].filter(
      ([key, { fingerprint }]) => wanted.get(key)?.fingerprint !== fingerprint,
    )
    for (const [key] of gone) playing.delete(key)
    await Promise.all(gone.map(([, { player }]) => player.close()))
    const fresh = [...wanted].filter(([key]) => !playing.has(key))
    const stepMs = Math.min(spreadMs, spreadMaxMs / Math.max(1, fresh.length))
    for (const [i, [key, one]] of fresh.entries()) {
      const started = prepare(one, deps, options, openers)
      playing.set(key, started)
      started.player.start(i * stepMs)
    }
  }
  // Two changes of the roster in quick succession are followed one after the other.
  let last: Promise<void> = Promise.resolve()
  const queued = (): Promise<void> => {
    last = last.then(follow, follow)
    return last
  }
  return {
    refresh: queued,
    problems: () =>
      [...playing.values()].flatMap(({ community, camera, player }) =>
        player.problem === null ? [] : [{ community, camera, ...player.problem }],
      ),
    stats: () => [...playing.values()].map(statsOf),
    stream(community, camera) {
      const found = playing.get(`${community}/${camera}`)
      const shape = found?.player.shape ?? null
      const address = found?.address ?? null
      return shape === null || address === null ? null : { ...shape, address }
    },
    async close() {
      closed = true
      await last.catch(() => {})
      await Promise.all([...playing.values()].map(({ player }) => player.close()))
      playing.clear()
    },
  }
}

function prepare(
  wanted: Wanted,
  deps: CameraSourcesDeps,
  { backoffFirstMs }: CameraSourcesOptions,
  openers: OpenerDeps,
): Playing {
  const { community, camera, settings, source } = wanted
  const { random, logger } = deps
  const stallMs = Math.min(stallMaxMs, Math.max(stallMinMs, settings.staleAfterMs))
  const open = opener(openers, {
    source,
    stream: settings.stream,
    stallMs,
    onAddress: (address) => {
      made.address = address
    },
  })
  const frame = (jpeg: Buffer): void =>
    deps.offer({ community, camera, capturedAt: null, receivedAt: deps.clock(), jpeg })
  const name = `${community}/${camera}`
  const backoff = backoffFirstMs === undefined ? {} : { backoffFirstMs }
  const player = new SupervisedSource(
    { open, frame, random, logger },
    { name, stallMs, ...backoff },
  )
  const made: Playing = { ...wanted, player, address: null }
  return made
}

const statsOf = ({ community, camera, player }: Playing): SourceStats => ({
  community,
  camera,
  state: player.state,
  codec: player.shape?.codec ?? null,
  frames: player.frames,
  restarts: player.restarts,
  kills: player.kills,
})

/** One count of processes for all sources: a bound, and a problem with its name above it. */
function openerDeps(deps: CameraSourcesDeps, options: CameraSourcesOptions): OpenerDeps {
  const most = options.processesMax ?? processesMax
  let processes = 0
  return {
    networks: allowedNetworks(options.allowedNetworks ?? []),
    allowedFolders: options.allowedFolders,
    framesPerSecond: options.framesPerSecond,
    random: deps.random,
    ...(options.ffmpegPath === undefined ? {} : { ffmpegPath: options.ffmpegPath }),
    ...(options.resolveName === undefined ? {} : { resolveName: options.resolveName }),
    takeProcess() {
      if (processes >= most)
        throw new CodedError('ffmpeg.failed', `more than ${most} cameras that need ffmpeg`)
      processes += 1
      let held = true
      return () => {
        if (held) processes -= 1
        held = false
      }
    },
  }
}

function wantedSources(roster: RosterView): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const device of roster.devices()) {
    const settings = device.camera
    // Left out, null and empty all mean that there is no second stream.
    const source = settings?.subSource || settings?.source || null
    if (settings === null || source === null || device.state !== 'approved') continue
    const { community, id: camera } = device
    const fingerprint = JSON.stringify([source, settings.stream ?? null, settings.staleAfterMs])
    wanted.set(`${community}/${camera}`, { community, camera, source, settings, fingerprint })
  }
  return wanted
}
