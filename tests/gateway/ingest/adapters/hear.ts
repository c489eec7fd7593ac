import type { Adapter, AdapterAnswer } from '../../../../gateway/ingest/adapters/adapter.ts'
import type { Input } from '../../../../gateway/model/input.ts'

/** 2026-11-20 10:15 UTC. */
export const noon = Date.UTC(2026, 10, 20, 10, 15)

/** Plays messages to one adapter and keeps what came of them. */
export class Ear {
  readonly #adapter: Adapter
  now = noon

  constructor(adapter: Adapter) {
    this.#adapter = adapter
  }

  say(
    topic: string,
    payload: unknown,
    { retained = false, client = 'bridge' }: { retained?: boolean; client?: string } = {},
  ): AdapterAnswer {
    if (!this.#adapter.claims(topic)) throw new Error(`not claimed: ${topic}`)
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    const receivedAt = this.now
    this.now += 1_000
    return this.#adapter.apply({
      community: 'home',
      topic,
      payload: bytes,
      retained,
      client,
      receivedAt,
    })
  }

  /** The same messages, heard by a second adapter that begins where the first one is now. */
  handOver(to: Adapter): Ear {
    to.restore(this.#adapter.takeDirty())
    const ear = new Ear(to)
    ear.now = this.now
    return ear
  }
}

/** Inputs in short: `reading z2m-… doorOpen=true`, with `~` for what comes from a memory. */
export const short = ({ inputs }: Pick<AdapterAnswer, 'inputs'>): string[] => inputs.map(word)

function word(input: Input): string {
  if (input.kind === 'reading')
    return `${input.device} ${input.name}=${String(input.value)}${input.retained === true ? '~' : ''}`
  if (input.kind === 'status')
    return `${input.device} ${input.online ? 'online' : 'offline'}${input.retained ? '~' : ''}`
  if (input.kind === 'event') return `${input.device} !${input.type} ${JSON.stringify(input.data)}`
  if (input.kind === 'info') return `${input.device} is ${input.info.type} ${input.info.name}`
  if (input.kind === 'gone') return `${input.device} gone`
  if (input.kind === 'beat') return `${input.device} beat`
  return input.kind === 'identity' ? `${input.camera} sees ${input.resident}` : input.kind
}
