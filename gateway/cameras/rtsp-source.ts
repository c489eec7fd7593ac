import { CodedError } from '../../contracts/errors.ts'
import { openRtspRelay } from './rtsp-relay.ts'
import { withoutSecrets } from './source-address.ts'
import type { AllowedNetworks } from './source-networks.ts'
import { type HardwareDecoder, playVideo } from './source-player.ts'
import { allowedAddress, type CheckedAddress, type Resolve } from './source-policy.ts'
import type { OpenSource } from './source-supervisor.ts'

export interface RtspSourceOptions {
  readonly source: string
  readonly networks: AllowedNetworks
  readonly transport: 'tcp' | 'udp'
  readonly keyframesOnly: boolean
  readonly hardware: HardwareDecoder | null
  readonly framesPerSecond: number
  /** ffmpeg gives up after so long without a byte, ms. */
  readonly timeoutMs: number
  readonly ffmpegPath?: string
  readonly resolveName?: Resolve
  /** Told where ffmpeg may open the same stream again; null when that is over. */
  readonly onAddress: (address: string | null) => void
}

/** An RTSP camera: checked, looked up and connected anew at every start, with a fresh ffmpeg. */
export const rtspSource =
  (options: RtspSourceOptions): OpenSource =>
  async (events) => {
    const camera = await allowedAddress(options.source, options.networks, options.resolveName)
    let refused: string | null = null
    const relay = await openRtspRelay(camera, options.transport, {
      refused: (why) => {
        refused ??= why
      },
    })
    options.onAddress(relay.address)
    const cleared = async (): Promise<void> => {
      options.onAddress(null)
      await relay.close()
    }
    const over = async (reason: CodedError): Promise<void> => {
      await cleared()
      events.ended(reason)
    }
    const { framesPerSecond, transport, keyframesOnly, hardware, timeoutMs } = options
    const running = playVideo(
      {
        kind: 'rtsp',
        address: relay.address,
        framesPerSecond,
        transport,
        keyframesOnly,
        hardware,
        timeoutMs,
        ...(options.ffmpegPath === undefined ? {} : { ffmpegPath: options.ffmpegPath }),
      },
      {
        frame: (jpeg) => events.frame(jpeg),
        shape: (shape) => events.shape(shape),
        ended: (error) => {
          const reason =
            refused === null
              ? shown(error, camera, relay.authority)
              : new CodedError('camera.source-refused', `${camera.shown} ${refused}`)
          void over(reason)
        },
      },
    )
    return {
      async close() {
        await running.close()
        await cleared()
      },
    }
  }

/** ffmpeg's complaint without secrets, and with the camera's name in place of the relay's. */
function shown(error: CodedError | null, camera: CheckedAddress, authority: string): CodedError {
  if (error === null) return new CodedError('ffmpeg.failed', `${camera.shown}: the stream ended`)
  const plain = withoutSecrets(error.message, camera)
    .replaceAll(`rtsp://${authority}/…`, camera.shown)
    .replaceAll(authority, camera.shown)
  return new CodedError(error.code, plain)
}
