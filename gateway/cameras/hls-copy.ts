import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import { rtspProtocols } from './ffmpeg-adapter.ts'

export const playlistName = 'index.m3u8'
/** As ffmpeg is told to name them: nothing else is ever read from the folder. */
export const segmentName = /^s\d{1,9}\.ts$/

/** How ffmpeg opens the source; anything but RTSP is for tests. */
export interface CopyInput {
  readonly options: readonly string[]
  readonly protocols: string
}

export const rtspInput: CopyInput = {
  // Ten seconds without a byte, in microseconds.
  options: ['-rtsp_transport', 'tcp', '-timeout', '10000000', '-allowed_media_types', 'video'],
  protocols: rtspProtocols,
}

export interface RunningCopy {
  /** Null while it runs, then why it went; never ffmpeg's own words, which may name the address. */
  readonly ended: CodedError | null
  /** SIGTERM, then SIGKILL; resolves when the process has gone. */
  close(): Promise<void>
}

/**
 * The first packets over RTSP may come without time, until the camera's first report (RFC 3550, 6.4.1);
 * a segment cannot begin so. They get the time of the one before them, and one tick.
 */
const timed = (ts: string): string =>
  `if(eq(${ts}\\,NOPTS)\\,if(eq(PREV_OUT${ts}\\,NOPTS)\\,0\\,PREV_OUT${ts}+1)\\,${ts})`
const setts = `setts=pts=${timed('PTS')}:dts=${timed('DTS')}`

const killAfterMs = 2_000

/**
 * Copies the video of a source, as it is, into HLS segments of about two seconds as far as key frames
 * allow: six of them, the older ones are deleted (RFC 8216). ffmpeg gets an argument array, no shell
 * and no stdin. When its folder is removed it ends by itself.
 */
export function startCopy(
  address: string,
  folder: string,
  { options, protocols }: CopyInput,
  ffmpegPath: string,
): RunningCopy {
  const child = spawn(
    ffmpegPath,
    [
      ['-nostdin', '-hide_banner', '-loglevel', 'error', '-protocol_whitelist', protocols],
      [
        ...options,
        '-i',
        address,
        '-map',
        '0:v:0',
        '-an',
        '-sn',
        '-dn',
        '-c:v',
        'copy',
        '-bsf:v',
        setts,
      ],
      ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '6', '-hls_delete_threshold', '2'],
      ['-hls_flags', 'delete_segments+temp_file+independent_segments'],
      ['-hls_segment_type', 'mpegts', '-hls_segment_filename', join(folder, 's%d.ts')],
      [join(folder, playlistName)],
    ].flat(),
    { stdio: 'ignore' },
  )
  let ended: CodedError | null = null
  const gone = new Promise<void>((resolve) => {
    const end = (error: CodedError): void => {
      ended ??= error
      resolve()
    }
    child.once('error', () => end(new CodedError('ffmpeg.missing', 'ffmpeg cannot be started')))
    child.once('exit', (code, signal) =>
      end(new CodedError('ffmpeg.failed', `the copy ended with ${signal ?? code}`)),
    )
  })
  return {
    get ended() {
      return ended
    },
    async close() {
      if (ended === null) {
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
        await gone
        clearTimeout(timer)
      }
    },
  }
}
