import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { CodedError } from '../../contracts/errors.ts'

export interface EncodeRequest {
  /** JPEGs in the order of time, one per 1/framesPerSecond; made one by one as the encoder asks. */
  readonly frames: AsyncIterable<Buffer>
  readonly framesPerSecond: number
  /** Size of the video, even numbers; frames of another size are fitted in. */
  readonly widthPx: number
  readonly heightPx: number
  /** Where the MP4 goes; the caller removes it. */
  readonly path: string
  /** Not done after so long and ffmpeg is killed, ms. */
  readonly timeoutMs: number
  /** Nobody wants it any more: ffmpeg is killed. */
  readonly signal?: AbortSignal
  /** The program, where it is not in PATH. */
  readonly ffmpegPath?: string
}

/**
 * H.264 (4:2:0) in an MP4 whose index comes first, so that it plays before it is loaded. ffmpeg gets an
 * argument array, no shell and no protocol but `file` and `pipe`. Settles when the process has gone.
 *
 * @throws CodedError `ffmpeg.missing`, `ffmpeg.failed`; what `frames` throws is passed on
 */
export async function encodeClip(request: EncodeRequest): Promise<void> {
  const child = spawn(request.ffmpegPath ?? 'ffmpeg', argumentsOf(request), {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let lastLine = ''
  child.stderr.on('data', (text: Buffer) => {
    lastLine = text.toString('utf8').trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  })
  const kill = (): boolean => child.kill('SIGKILL')
  const timer = setTimeout(kill, request.timeoutMs)
  request.signal?.addEventListener('abort', kill)
  const gone = exitOf(child)
  try {
    const fed = pipeline(request.frames, child.stdin).then(
      () => null,
      (error: unknown) => error,
    )
    const failure = await Promise.race([fed, gone.then(() => null)])
    // Without its frames it would wait for ever; what it has written is not wanted.
    if (failure !== null && !isBrokenPipe(failure)) kill()
    const { code, missing } = await gone
    if (missing !== null) throw new CodedError('ffmpeg.missing', missing)
    if (failure !== null && !isBrokenPipe(failure)) throw failure
    if (code !== 0) throw new CodedError('ffmpeg.failed', lastLine || `ended with ${code}`)
  } finally {
    clearTimeout(timer)
    request.signal?.removeEventListener('abort', kill)
    child.stdin.destroy()
  }
}

type Gone = { readonly code: number | null; readonly missing: string | null }

async function exitOf(child: ReturnType<typeof spawn>): Promise<Gone> {
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, missing: null }
  } catch (error) {
    return { code: null, missing: error instanceof Error ? error.message : String(error) }
  }
}

/** It went before it had read all; its exit says why. */
const isBrokenPipe = (error: unknown): boolean =>
  ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(
    String((error as { readonly code?: unknown }).code),
  )

function argumentsOf({ widthPx, heightPx, framesPerSecond, path }: EncodeRequest): string[] {
  const size = `${widthPx}:${heightPx}`
  const fit = `scale=${size}:force_original_aspect_ratio=decrease,pad=${size}:-1:-1`
  return [
    ['-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe'],
    ['-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', String(framesPerSecond)],
    ['-i', 'pipe:0', '-an', '-vf', `${fit},format=yuv420p`],
    ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-threads', '1'],
    ['-movflags', '+faststart', '-f', 'mp4', '-y', path],
  ].flat()
}
