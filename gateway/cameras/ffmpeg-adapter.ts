import type { ChildProcess } from 'node:child_process'
import { Writable } from 'node:stream'
import ffmpeg from 'fluent-ffmpeg'
import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { JpegSplitter } from './jpeg-splitter.ts'

export interface VideoRequest {
  /** A real path that source-policy.ts has allowed. */
  readonly path: string
  readonly framesPerSecond: number
  /** From the beginning again at the end, as a camera has none. */
  readonly loop: boolean
  /** In the speed of the recording; else as fast as it can be decoded. */
  readonly realtime: boolean
  /** No picture for so long and ffmpeg is stopped, ms. */
  readonly stallMs?: number
  /** The program, where it is not in PATH. */
  readonly ffmpegPath?: string
}

export interface VideoEvents {
  frame(jpeg: Buffer): void
  /** Once, after the process has gone; null at a regular end. `ffmpeg.missing` or `ffmpeg.failed`. */
  ended(error: CodedError | null): void
}

export interface RunningVideo {
  readonly pid: number | null
  /** SIGTERM, then SIGKILL; resolves when the process has gone. */
  close(): Promise<void>
}

const killAfterMs = 2_000

/**
 * Plays a video file through ffmpeg: JPEGs come out. The only file that knows fluent-ffmpeg, which is
 * archived: its argument array, its process and its errors end here. No shell, no stdin, and no
 * protocol but `file` and `pipe`, so that a crafted file cannot make ffmpeg open an address.
 */
export function playVideo(request: VideoRequest, events: VideoEvents): RunningVideo {
  return new Playback(request, events)
}

class Playback implements RunningVideo {
  readonly #request: VideoRequest
  readonly #events: VideoEvents
  readonly #command: ffmpeg.FfmpegCommand
  readonly #gone: Promise<void>
  #resolveGone: () => void = () => {}
  #closing = false
  #ended = false
  #stall: NodeJS.Timeout | null = null
  #lastLine = ''

  constructor(request: VideoRequest, events: VideoEvents) {
    this.#request = request
    this.#events = events
    this.#gone = new Promise((resolve) => {
      this.#resolveGone = resolve
    })
    this.#command = build(request)
    this.#command.on('start', () => this.#onStart())
    this.#command.on('stderr', (line: string) => {
      this.#lastLine = line.slice(0, 300)
    })
    this.#command.on('error', (error: Error) => this.#onGone(error))
    this.#command.on('end', () => this.#onGone(null))
    this.#command.output(this.#sink()).run()
  }

  get pid(): number | null {
    return this.#process()?.pid ?? null
  }

  close(): Promise<void> {
    this.#closing = true
    this.#kill()
    return this.#gone
  }

  #sink(): Writable {
    const splitter = new JpegSplitter(limits.frameBytesMax, (jpeg) => {
      this.#watchStall()
      if (!this.#closing) this.#events.frame(jpeg)
    })
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        splitter.write(chunk)
        done()
      },
    })
  }

  #onStart(): void {
    // Asked to stop while ffmpeg was being looked for.
    if (this.#closing) this.#kill()
    else this.#watchStall()
  }

  #watchStall(): void {
    if (this.#stall !== null) clearTimeout(this.#stall)
    if (this.#ended) return
    this.#stall = setTimeout(() => this.#kill(), this.#request.stallMs ?? 20_000)
  }

  /** fluent-ffmpeg tells an end before the process has gone; only its exit counts here. */
  #onGone(error: Error | null): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#stall !== null) clearTimeout(this.#stall)
    const process = this.#process()
    const finish = (): void => {
      this.#resolveGone()
      this.#events.ended(this.#closing || error === null ? null : coded(error, this.#lastLine))
    }
    if (process === null || process.exitCode !== null || process.signalCode !== null) finish()
    else {
      process.once('exit', finish)
      this.#kill()
    }
  }

  #kill(): void {
    const process = this.#process()
    if (process === null || process.exitCode !== null || process.signalCode !== null) return
    process.kill('SIGTERM')
    const timer = setTimeout(() => process.kill('SIGKILL'), killAfterMs)
    process.once('exit', () => clearTimeout(timer))
  }

  #process(): ChildProcess | null {
    const { ffmpegProc } = this.#command as unknown as {
      ffmpegProc?: ChildProcess
    }
    return ffmpegProc ?? null
  }
}

function build(request: VideoRequest): ffmpeg.FfmpegCommand {
  const command = ffmpeg({ source: request.path, stdoutLines: 20, logger: undefined })
  // The package looks for the program once per process and remembers a miss for ever, in a cache that
  // all commands share; asked per command, an ffmpeg that is installed later is found.
  Object.assign(command, {
    _getFfmpegPath: (found: (error: null, path: string) => void) =>
      found(null, request.ffmpegPath ?? 'ffmpeg'),
  })
  command.inputOptions([
    '-nostdin',
    '-hide_banner',
    '-protocol_whitelist',
    'file,pipe',
    ...(request.loop ? ['-stream_loop', '-1'] : []),
    ...(request.realtime ? ['-re'] : []),
  ])
  return command.outputOptions([
    '-an',
    '-sn',
    '-dn',
    '-vf',
    `fps=${request.framesPerSecond}`,
    '-f',
    'image2pipe',
    '-c:v',
    'mjpeg',
    '-q:v',
    '4',
    '-threads',
    '1',
  ])
}

function coded(error: Error, lastLine: string): CodedError {
  if (/cannot find ffmpeg|ENOENT/i.test(error.message))
    return new CodedError('ffmpeg.missing', error.message)
  return new CodedError('ffmpeg.failed', lastLine === '' ? error.message : lastLine)
}
