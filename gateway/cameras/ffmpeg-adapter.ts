import type { ChildProcess } from 'node:child_process'
import { Writable } from 'node:stream'
import ffmpeg from 'fluent-ffmpeg'
import { CodedError } from '../../contracts/errors.ts'

/** One run of ffmpeg, as arguments; nothing of it ever passes a shell. */
export interface FfmpegRequest {
  /** A path or an address that source-policy.ts has allowed. */
  readonly input: string
  /** The only protocols it may open, so that a crafted stream cannot make it open another. */
  readonly protocols: string
  readonly inputOptions: readonly string[]
  readonly outputOptions: readonly string[]
  /** Takes what comes out of stdout. */
  readonly output: (chunk: Buffer) => void
  /** The program, where it is not in PATH. */
  readonly ffmpegPath?: string
}

export interface FfmpegEvents {
  /** A line of stderr, at most 500 characters; may hold the address with its password. */
  line(text: string): void
  /** Once, after the process has gone; the failure's text, null at a regular end. */
  gone(failure: string | null): void
}

export interface RunningFfmpeg {
  readonly pid: number | null
  /** SIGTERM, then SIGKILL; resolves when the process has gone. */
  close(): Promise<void>
}

/** Protocols per kind of source: OWASP SSRF; ffmpeg's manual, `-protocol_whitelist`. */
export const fileProtocols = 'file,pipe'
export const rtspProtocols = 'rtsp,rtp,tcp,udp,tls,crypto,srtp'

const killAfterMs = 2_000
const lineMax = 500

/**
 * Starts ffmpeg. The only file that knows fluent-ffmpeg, which is archived: its argument array, its
 * process and its errors end here. No shell, no stdin, and no protocol but those of the request.
 */
export function runFfmpeg(request: FfmpegRequest, events: FfmpegEvents): RunningFfmpeg {
  return new FfmpegRun(request, events)
}

/** The code for a failure's text: `ffmpeg.missing` where there is no such program. */
export const ffmpegError = (failure: string, detail: string): CodedError =>
  /cannot find ffmpeg|ENOENT/i.test(failure)
    ? new CodedError('ffmpeg.missing', 'ffmpeg is not installed')
    : new CodedError('ffmpeg.failed', detail)

class FfmpegRun implements RunningFfmpeg {
  readonly #events: FfmpegEvents
  readonly #command: ffmpeg.FfmpegCommand
  readonly #gone: Promise<void>
  #resolveGone: () => void = () => {}
  #closing = false
  #ended = false

  constructor(request: FfmpegRequest, events: FfmpegEvents) {
    this.#events = events
    this.#gone = new Promise((resolve) => {
      this.#resolveGone = resolve
    })
    this.#command = build(request)
    this.#command.on('start', () => this.#onStart())
    this.#command.on('stderr', (line: string) => events.line(line.slice(0, lineMax)))
    this.#command.on('error', (error: Error) => this.#onGone(error.message))
    this.#command.on('end', () => this.#onGone(null))
    this.#command.output(sink(request.output)).run()
  }

  get pid(): number | null {
    return this.#process()?.pid ?? null
  }

  close(): Promise<void> {
    this.#closing = true
    this.#kill()
    return this.#gone
  }

  #onStart(): void {
    // Asked to stop while ffmpeg was being looked for.
    if (this.#closing) this.#kill()
  }

  /** fluent-ffmpeg tells an end before the process has gone; only its exit counts here. */
  #onGone(failure: string | null): void {
    if (this.#ended) return
    this.#ended = true
    const process = this.#process()
    const finish = (): void => {
      this.#resolveGone()
      this.#events.gone(this.#closing ? null : failure)
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

const sink = (take: (chunk: Buffer) => void): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk)
      done()
    },
  })

function build(request: FfmpegRequest): ffmpeg.FfmpegCommand {
  const command = ffmpeg({ source: request.input, stdoutLines: 20, logger: undefined })
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
    request.protocols,
    ...request.inputOptions,
  ])
  return command.outputOptions([...request.outputOptions])
}
