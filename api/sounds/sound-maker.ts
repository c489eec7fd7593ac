import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BroadcastSettings } from '../../config/broadcast-schema.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Language } from '../../contracts/notify.ts'
import { commandLine } from './command-line.ts'
import { type ProgramEnd, ProgramMissing, type ProgramRun, runProgram } from './run-program.ts'
import { type SoundType, soundTypeOf } from './sound-type.ts'
import { type Slots, createSlots } from './slots.ts'

/** A sound as every loudspeaker is given it: MP3, mono, 44.1 kHz, 64 kbit/s, about -16 LUFS. */
export interface MadeSound {
  readonly bytes: Buffer
  readonly sha256: string
  readonly durationMs: number
}

export interface SoundMaker {
  /** @throws CodedError `speech.missing`, `speech.failed`, `sound.no-ffmpeg`, `sound.busy` */
  speak(text: string, language: Language): Promise<MadeSound>
  /** @throws CodedError `request.unsupported-type`, `sound.unreadable`, `sound.too-long`, `sound.no-ffmpeg`, `sound.busy` */
  bringIntoForm(bytes: Buffer): Promise<MadeSound>
  readonly stats: {
    readonly made: number
    readonly failed: number
    readonly timeouts: number
    readonly refused: number
  }
  close(): void
}

export interface SoundMakerOptions {
  /** Where files are while they are worked on; emptied by whoever owns it. */
  readonly workDir: string
  readonly searchPath: string
  readonly settings: Pick<BroadcastSettings, 'speech' | 'clipSecondsMax'>
}

const bitsPerSecond = 64_000
const lineMax = 32
const shortestMs = 100
const rawBytesMax = 64 * 1024 * 1024
/** A spoken text of 1,000 characters, said slowly. */
const speechSecondsMax = 900
const ffmpegTimeoutMs = 2 * minuteMs

/** Makes sounds with programs of others: bounded in time, size and number, and never through a shell. */
export const createSoundMaker = (options: SoundMakerOptions): SoundMaker => new Maker(options)

class Maker implements SoundMaker {
  readonly #options: SoundMakerOptions
  readonly #slots: Slots
  readonly #closing = new AbortController()
  readonly #stats = { made: 0, failed: 0, timeouts: 0 }

  constructor(options: SoundMakerOptions) {
    this.#options = options
    this.#slots = createSlots(options.settings.speech.atOnce, lineMax)
  }

  get stats(): SoundMaker['stats'] {
    return { ...this.#stats, refused: this.#slots.refused }
  }

  speak(text: string, language: Language): Promise<MadeSound> {
    const { command, voices, timeoutSeconds } = this.#options.settings.speech
    return this.#work(async (folder) => {
      const line = commandLine(command, { text, language, voice: voices[language], folder })
      const timeoutMs = timeoutSeconds * secondMs
      const end = await this.#run({ ...line, folder, timeoutMs }).catch(
        nameMissing('speech.missing'),
      )
      if (end.code !== 0) throw new CodedError('speech.failed', whyEnded(end))
      const raw = line.out === null ? end.output : await readOutput(line.out)
      const type = soundTypeOf(raw)
      if (type === null) throw new CodedError('speech.failed', `${raw.length} bytes, no sound`)
      return this.#encode(raw, folder, { type, secondsMax: speechSecondsMax })
    })
  }

  async bringIntoForm(bytes: Buffer): Promise<MadeSound> {
    const type = soundTypeOf(bytes)
    if (type === null)
      throw new CodedError('request.unsupported-type', 'no MP3, WAV, M4A, OGG or FLAC')
    const secondsMax = this.#options.settings.clipSecondsMax
    return this.#work((folder) => this.#encode(bytes, folder, { type, secondsMax }))
  }

  close(): void {
    this.#closing.abort()
  }

  /** Each in a folder of its own, of which nothing stays. */
  #work(make: (folder: string) => Promise<MadeSound>): Promise<MadeSound> {
    const { workDir } = this.#options
    return this.#slots.run(async () => {
      await mkdir(workDir, { recursive: true, mode: 0o700 })
      const folder = await mkdtemp(join(workDir, 'job-'))
      try {
        const made = await make(folder)
        this.#stats.made += 1
        return made
      } catch (error) {
        this.#stats.failed += 1
        throw error
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  }

  async #run(
    asked: Pick<ProgramRun, 'argv' | 'input' | 'folder' | 'timeoutMs'>,
  ): Promise<ProgramEnd> {
    const { searchPath } = this.#options
    const bounds = { searchPath, outputBytesMax: rawBytesMax, signal: this.#closing.signal }
    const end = await runProgram({ ...asked, ...bounds })
    if (end.ended === 'timeout') this.#stats.timeouts += 1
    return end
  }

  async #encode(
    bytes: Buffer,
    folder: string,
    { type, secondsMax }: { readonly type: SoundType; readonly secondsMax: number },
  ): Promise<MadeSound> {
    const [from, to] = [join(folder, 'in'), join(folder, 'out.mp3')]
    await writeFile(from, bytes, { mode: 0o600 })
    const argv = ffmpegLine({ from, to, type, secondsMax })
    const end = await this.#run({ argv, input: null, folder, timeoutMs: ffmpegTimeoutMs }).catch(
      nameMissing('sound.no-ffmpeg'),
    )
    // A build without the encoder is as good as none.
    if (/unknown encoder/i.test(end.complaint))
      throw new CodedError('sound.no-ffmpeg', end.complaint)
    if (end.code !== 0) throw new CodedError('sound.unreadable', whyEnded(end))
    return soundOf(await readFile(to), secondsMax)
  }
}

const nameMissing =
  (code: 'speech.missing' | 'sound.no-ffmpeg') =>
  (error: unknown): never => {
    throw error instanceof ProgramMissing ? new CodedError(code, error.message) : error
  }

const whyEnded = ({ ended, complaint, code }: ProgramEnd): string => {
  if (ended === 'timeout') return 'it took too long and was ended'
  if (ended === 'too-much') return `more than ${rawBytesMax} bytes`
  if (ended === 'stopped') return 'the box stops'
  return complaint === '' ? `ended with ${code}` : complaint
}

async function readOutput(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new CodedError('speech.failed', `wrote nothing: ${String(error)}`)
  }
}

/**
 * The demuxer is named, so that no playlist or project file can make ffmpeg open something else. One second
 * more than is allowed is made, so that what is too long is seen, and no more.
 */
const ffmpegLine = (job: {
  readonly from: string
  readonly to: string
  readonly type: SoundType
  readonly secondsMax: number
}): readonly string[] =>
  [
    ['ffmpeg', '-nostdin', '-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file'],
    ['-f', job.type, '-i', `file:${job.from}`, '-map', '0:a:0', '-vn', '-sn', '-dn'],
    ['-map_metadata', '-1', '-t', String(job.secondsMax + 1)],
    ['-af', 'loudnorm=I=-16:TP=-1.5:LRA=11', '-ar', '44100', '-ac', '1'],
    ['-c:a', 'libmp3lame', '-b:a', String(bitsPerSecond), '-write_xing', '0'],
    ['-id3v2_version', '0', '-threads', '1', '-f', 'mp3', '-y', `file:${job.to}`],
  ].flat()

/** Constant bitrate and nothing but frames: the length says how long it lasts. */
function soundOf(bytes: Buffer, secondsMax: number): MadeSound {
  const durationMs = Math.round((bytes.length * 8 * secondMs) / bitsPerSecond)
  if (durationMs < shortestMs) throw new CodedError('sound.unreadable', 'there is no sound in it')
  if (durationMs > secondsMax * secondMs + shortestMs)
    throw new CodedError('sound.too-long', `more than ${secondsMax} s`)
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), durationMs }
}
