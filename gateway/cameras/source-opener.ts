import type { CameraSettings } from '../../contracts/roster.ts'
import { fileSource } from './file-source.ts'
import { httpSource } from './http-source.ts'
import { rtspSource } from './rtsp-source.ts'
import { isAddress } from './source-address.ts'
import type { AllowedNetworks } from './source-networks.ts'
import type { Resolve } from './source-policy.ts'
import type { OpenSource } from './source-supervisor.ts'

export interface OpenerDeps {
  readonly networks: AllowedNetworks
  readonly allowedFolders: readonly string[]
  readonly framesPerSecond: number
  readonly random: () => number
  readonly ffmpegPath?: string
  readonly resolveName?: Resolve
  /** @returns what gives the place back; @throws CodedError where too many run */
  readonly takeProcess: () => () => void
}

export interface OpenerRequest {
  readonly source: string
  readonly stream: CameraSettings['stream']
  readonly stallMs: number
  readonly onAddress: (address: string | null) => void
}

/** Which kind of source an address names; what no kind takes is refused when it is opened. */
export function opener(deps: OpenerDeps, request: OpenerRequest): OpenSource {
  const { source, stream, stallMs, onAddress } = request
  // Earlier than the supervisor's own limit, so that the better reason is told.
  const answerMs = stallMs * 0.8
  const framesPerSecond = stream?.framesPerSecond ?? deps.framesPerSecond
  const { networks, allowedFolders, ffmpegPath, resolveName, random } = deps
  const program = ffmpegPath === undefined ? {} : { ffmpegPath }
  const names = resolveName === undefined ? {} : { resolveName }
  if (!isAddress(source))
    return bounded(
      deps,
      fileSource({ source, allowedFolders, framesPerSecond: deps.framesPerSecond, ...program }),
    )
  if (/^https?:/i.test(source))
    return httpSource({ source, networks, framesPerSecond, answerMs, random, ...names })
  return bounded(
    deps,
    rtspSource({
      source,
      networks,
      transport: stream?.transport ?? 'tcp',
      keyframesOnly: stream?.keyframesOnly ?? true,
      hardware: stream?.hardware ?? null,
      framesPerSecond,
      timeoutMs: answerMs,
      onAddress,
      ...program,
      ...names,
    }),
  )
}

/** Holds a place among the processes from before ffmpeg starts until it has gone. */
const bounded =
  ({ takeProcess }: OpenerDeps, open: OpenSource): OpenSource =>
  async (events) => {
    const release = takeProcess()
    try {
      const opened = await open({
        ...events,
        ended(error) {
          release()
          events.ended(error)
        },
      })
      return {
        async close() {
          await opened.close()
          release()
        },
      }
    } catch (error) {
      release()
      throw error
    }
  }
