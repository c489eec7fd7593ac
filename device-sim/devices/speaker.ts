import { createHash } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'
import { type BroadcastPriority, broadcastPriorities } from '../../contracts/http/broadcast.ts'
import type { Ack, Command } from '../../contracts/payloads.ts'
import type { DeviceLink } from './link.ts'
import { type Sounding, mayBegin } from './speaker-priority.ts'

/** What a loudspeaker names in its `info`. */
export const speakerCapabilities = [
  'speaker.play',
  'speaker.say',
  'speaker.stop',
  'playing',
] as const

/** What came out of the loudspeaker. */
export interface Heard {
  readonly at: number
  readonly broadcast: string
  readonly priority: BroadcastPriority
  /** The sound that was fetched; null where it spoke the text by itself. */
  readonly sound: Buffer | null
  readonly text: string
  readonly lastsMs: number
}

export interface SpeakerDeps {
  readonly link: Pick<DeviceLink, 'onCommand' | 'send'>
  readonly clock: Clock
  readonly heard: (what: Heard) => void
  /** It begins or falls silent. */
  readonly playing: (on: boolean) => void
}

type Args = Readonly<Record<string, unknown>>
const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const fetchWithinMs = 10_000
const soundBytesMax = 32 * 1024 * 1024
const stoppedMax = 100
/** How long a synthesiser takes for one character. */
const sayMsPerCharacter = 220

/**
 * A network loudspeaker: fetches what it is told to play from the address in the command, checks it against its
 * hash, keeps to the priorities, and acknowledges when it begins.
 */
export class SimSpeaker {
  readonly #deps: SpeakerDeps
  #sounding: Sounding | null = null
  #silence: NodeJS.Timeout | null = null
  #stopped = new Set<string>()

  constructor(deps: SpeakerDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#deps.link.onCommand((payload) => {
      const command = JSON.parse(payload.toString('utf8')) as Command
      this.#obey(command).then(
        (error) => this.#acknowledge(command, error),
        (error: unknown) => this.#acknowledge(command, String(error)),
      )
    })
  }

  get sounding(): Sounding | null {
    const { clock } = this.#deps
    return this.#sounding === null || clock() >= this.#sounding.endsAt ? null : this.#sounding
  }

  close(): void {
    if (this.#silence !== null) clearTimeout(this.#silence)
  }

  #acknowledge({ id }: Command, error: string | null): void {
    const ack: Ack = { id, ok: error === null, error, ts: this.#deps.clock() }
    this.#deps.link.send('ack', JSON.stringify(ack)).catch(() => undefined)
  }

  /** Null where it was done, else why not. */
  async #obey({ name, args, expiresAt }: Command): Promise<string | null> {
    if (this.#deps.clock() > expiresAt) return 'expired before it could be carried out'
    const broadcast = wordsOf(args['broadcast'])
    if (name === 'speaker.stop') return this.#stop(broadcast)
    if (name !== 'speaker.play' && name !== 'speaker.say') return `a loudspeaker has no ${name}`
    const priority = broadcastPriorities.find((one) => one === args['priority']) ?? 'notice'
    const wanted = { broadcast, priority }
    if (!mayBegin(this.#deps.clock(), this.#sounding, wanted)) return 'busy'
    const sound = name === 'speaker.play' ? await fetchSound(args) : null
    // Fetching takes time: it may have been stopped, or something more important begun.
    const now = this.#deps.clock()
    if (this.#stopped.has(broadcast)) return 'stopped before it began'
    if (now > expiresAt) return 'expired while it was fetched'
    if (!mayBegin(now, this.#sounding, wanted)) return 'busy'
    this.#begin(wanted, args, sound)
    return null
  }

  #begin(wanted: Omit<Sounding, 'endsAt'>, args: Args, sound: Buffer | null): void {
    const text = wordsOf(args['text'])
    const onceMs = sound === null ? text.length * sayMsPerCharacter : Number(args['durationMs'])
    const lastsMs = Math.max(0, onceMs) * Math.max(1, Number(args['repeat'] ?? 1))
    const at = this.#deps.clock()
    if (this.sounding === null) this.#deps.playing(true)
    this.#sounding = { ...wanted, endsAt: at + lastsMs }
    this.#deps.heard({ at, ...wanted, sound, text, lastsMs })
    if (this.#silence !== null) clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#fallSilent(), lastsMs)
    this.#silence.unref()
  }

  #stop(broadcast: string): null {
    if (this.#stopped.size >= stoppedMax) this.#stopped = new Set()
    this.#stopped.add(broadcast)
    if (this.#sounding?.broadcast === broadcast) this.#fallSilent()
    return null
  }

  #fallSilent(): void {
    if (this.#silence !== null) clearTimeout(this.#silence)
    if (this.#sounding !== null) this.#deps.playing(false)
    this.#sounding = null
    this.#silence = null
  }
}

/** The sound of a `speaker.play`; throws where it cannot be had, or is not the one that was named. */
async function fetchSound(args: Args): Promise<Buffer> {
  const answer = await fetch(wordsOf(args['url']), {
    redirect: 'error',
    signal: AbortSignal.timeout(fetchWithinMs),
  })
  if (!answer.ok) {
    await answer.body?.cancel()
    throw new Error(`the sound was answered with ${answer.status}`)
  }
  if (Number(answer.headers.get('content-length') ?? 0) > soundBytesMax) {
    await answer.body?.cancel()
    throw new Error(`the sound is larger than ${soundBytesMax} bytes`)
  }
  const sound = Buffer.from(await answer.arrayBuffer())
  const sha256 = createHash('sha256').update(sound).digest('hex')
  if (sha256 !== args['sha256']) throw new Error('the sound is not the one that was named')
  return sound
}
