import type { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import {
  ffmpegError,
  fileProtocols,
  type RunningFfmpeg,
  rtspProtocols,
  runFfmpeg,
} from './ffmpeg-adapter.ts'
import { JpegSplitter } from './jpeg-splitter.ts'

/** The contract's names, as ffmpeg's -hwaccel takes them. */
export type HardwareDecoder =
  | 'vaapi'
  | 'qsv'
  | 'cuda'
  | 'rkmpp'
  | 'v4l2m2m'
  | 'videotoolbox'
  | 'd3d11va'

interface RequestBase {
  readonly framesPerSecond: number
  readonly hardware?: HardwareDecoder | null
  /** The program, where it is not in PATH. */
  readonly ffmpegPath?: string
}

export interface FileRequest extends RequestBase {
  readonly kind: 'file'
  readonly path: string
  /** From the beginning again at the end, as a camera has none. */
  readonly loop: boolean
  /** In the speed of the recording; else as fast as it can be decoded. */
  readonly realtime: boolean
}

export interface RtspRequest extends RequestBase {
  readonly kind: 'rtsp'
  /** With user and password. */
  readonly address: string
  readonly transport: 'tcp' | 'udp'
  readonly keyframesOnly: boolean
  /** No byte for so long and ffmpeg gives up by itself, ms. */
  readonly timeoutMs: number
}

export interface VideoShape {
  /** As ffmpeg says it: `h264`, `hevc`, `mjpeg` … */
  readonly codec: string
  readonly widthPx: number
  readonly heightPx: number
}

export interface VideoEvents {
  frame(jpeg: Buffer): void
  /** Once per run, before the first frame. */
  shape?(shape: VideoShape): void
  /** Once, after the process has gone; null at a regular end. `ffmpeg.missing` or `ffmpeg.failed`. */
  ended(error: CodedError | null): void
}

/** A stream's line in ffmpeg's account of its input; the output's own comes later. */
const streamLine = /^\s*Stream #0:\d+.*?: Video: (\w+).*?[ ,](\d{2,5})x(\d{2,5})/
const hardwareLine = /hwaccel|hardware|device (?:creation|setup)|no device available/i
/** ffmpeg would go on in software, which is not what was asked for and may be more than the box has. */
const softwareLine = /failed setup for format/i

/** Plays a video through ffmpeg: JPEGs come out, at most `framesPerSecond` of them a second. */
export function playVideo(
  request: FileRequest | RtspRequest,
  events: VideoEvents,
): RunningFfmpeg & { readonly skipped: number } {
  let shape: VideoShape | null = null
  let lastLine = ''
  let complaint: string | null = null
  let gaveWay = false
  let closing = false
  const splitter = new JpegSplitter(limits.frameBytesMax, (jpeg) => {
    if (!closing) events.frame(jpeg)
  })
  const { input, protocols, inputOptions } =
    request.kind === 'file' ? fileArguments(request) : rtspArguments(request)
  const running = runFfmpeg(
    {
      input,
      protocols,
      inputOptions: [...hardwareArguments(request), ...inputOptions],
      outputOptions: outputArguments(request),
      output: (chunk) => splitter.write(chunk),
      ...(request.ffmpegPath === undefined ? {} : { ffmpegPath: request.ffmpegPath }),
    },
    {
      line(text) {
        lastLine = text
        if ((request.hardware ?? null) !== null) {
          if (hardwareLine.test(text) && !text.startsWith('WARNING')) complaint ??= text
          if (softwareLine.test(text)) {
            complaint = text
            gaveWay = true
            void running.close()
          }
        }
        const found = shape === null ? streamLine.exec(text) : null
        if (found === null) return
        shape = {
          codec: found[1] ?? '',
          widthPx: Number(found[2]),
          heightPx: Number(found[3]),
        }
        events.shape?.(shape)
      },
      gone(failure) {
        if (failure === null && (closing || !gaveWay)) events.ended(null)
        else if (complaint !== null)
          events.ended(ffmpegError(failure ?? '', `hardware "${request.hardware}": ${complaint}`))
        else events.ended(ffmpegError(failure ?? '', lastLine || (failure ?? '')))
      },
    },
  )
  return {
    get pid() {
      return running.pid
    },
    get skipped() {
      return splitter.skipped
    },
    close() {
      closing = true
      return running.close()
    },
  }
}

/** All but qsv hand decoded pictures back in main memory by themselves, where the JPEG is made. */
function hardwareArguments({ hardware }: RequestBase): string[] {
  if (hardware === undefined || hardware === null) return []
  return ['-hwaccel', hardware, ...(hardware === 'qsv' ? ['-hwaccel_output_format', 'nv12'] : [])]
}

const fileArguments = (request: FileRequest) => ({
  input: request.path,
  protocols: fileProtocols,
  inputOptions: [
    ...(request.loop ? ['-stream_loop', '-1'] : []),
    ...(request.realtime ? ['-re'] : []),
  ],
})

/**
 * `-timeout` is the RTSP demuxer's own since ffmpeg 5 (it was `-stimeout`), microseconds. A second
 * of looking at the stream is enough where five are the default: codec and size stand in its SDP. One
 * decoding thread: a camera must not take all cores. Damaged pictures are not handed on as if they were seen.
 */
const rtspArguments = (request: RtspRequest) => ({
  input: request.address,
  protocols: rtspProtocols,
  inputOptions: [
    '-rtsp_transport',
    request.transport,
    '-timeout',
    String(Math.round(request.timeoutMs * 1_000)),
    '-allowed_media_types',
    'video',
    '-analyzeduration',
    '1000000',
    '-fflags',
    'discardcorrupt',
    '-flags',
    'low_delay-output_corrupt',
    '-threads',
    '1',
    ...(request.keyframesOnly ? ['-skip_frame', 'nokey'] : []),
  ],
})

/**
 * A live stream is thinned out, never filled up: a picture twice would look like a frozen camera. A
 * tenth less than the interval, as frames do not come to the millisecond.
 */
function outputArguments(request: FileRequest | RtspRequest): string[] {
  const intervalSeconds = (0.9 / request.framesPerSecond).toFixed(4)
  const rate =
    request.kind === 'file'
      ? ['-vf', `fps=${request.framesPerSecond}`]
      : [
          '-vf',
          `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${intervalSeconds})'`,
          '-fps_mode',
          'passthrough',
        ]
  return [
    '-an',
    '-sn',
    '-dn',
    ...rate,
    '-f',
    'image2pipe',
    '-c:v',
    'mjpeg',
    '-q:v',
    '4',
    '-threads',
    '1',
  ]
}
