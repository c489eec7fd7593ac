import { minuteMs } from '../../../../contracts/clock.ts'
import type { StateRow } from '../../../model/engine.ts'
import type { Input } from '../../../model/input.ts'
import { checkTree, parseJson, payloadText, refuse } from '../../payload-text.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { deviceId } from '../device-id.ts'
import { DeviceVoice } from '../shared/device-voice.ts'
import type { KnownValues } from '../shared/known-values.ts'
import { isRecord, parseBoolean, parseText } from '../shared/parse-value.ts'
import { StateBook } from '../shared/state-book.ts'
import { tellComponents } from './components.ts'
import { askStatus, tellEvents, timeOf } from './notification.ts'

type Json = Readonly<Record<string, unknown>>
interface Known {
  /** Topic prefix; the device id unless somebody changed it. */
  prefix: string
  readonly values: KnownValues
  /** A full status has come: until then a delta has nothing to lie on. */
  full: boolean
  askedAt: number | null
  sleeps: boolean
}
interface Met {
  readonly src: string
  readonly known: Known
  readonly voice: DeviceVoice
}

const devicesMax = 1_000
const askAgainMs = 5 * minuteMs
const idPattern = /^shelly[a-z0-9]*-[0-9a-f]{6,12}$/
const leafPattern = /^(.+)\/(events\/rpc|online|linli\/rpc|status\/([a-z0-9]+:\d{1,3}))$/

/**
 * Shelly of the second generation and later, with RPC notifications over MQTT (`rpc_ntf`) or the full status of
 * each component (`status_ntf`). Who speaks is said by `src`, whatever the prefix. `aenergy` is in Wh.
 */
export class Shelly implements Adapter {
  readonly name = 'shelly'
  readonly #filters = ['+/events/rpc', '+/online', '+/linli/rpc', '+/status/+']
  readonly #devices = new StateBook<Known>(devicesMax)
  readonly #byPrefix = new Map<string, string>()
  #unknown = 0

  /** Topics of other makers end alike: only a notification, or what is a Shelly's by its prefix. */
  claims(topic: string): boolean {
    const [, prefix = '', leaf = ''] = leafPattern.exec(topic) ?? []
    if (leaf === 'events/rpc') return true
    return prefix !== '' && (this.#byPrefix.has(prefix) || idPattern.test(prefix))
  }

  filters(): readonly string[] {
    return this.#filters
  }

  apply(message: ForeignMessage): AdapterAnswer {
    const [, prefix = '', leaf = '', component = ''] = leafPattern.exec(message.topic) ?? []
    if (message.payload.length === 0) return noAnswer
    const text = payloadText(message.payload)
    if (text === null) return { inputs: [], refusal: refuse('payload.not-json', 'not UTF-8') }
    if (leaf === 'online') return this.#online(prefix, text, message)
    const parsed = parseJson(text)
    if (!isRecord(parsed))
      return { inputs: [], refusal: refuse('payload.not-json', text.slice(0, 80)) }
    const refusal = checkTree(parsed)
    if (refusal !== null) return { inputs: [], refusal }
    if (component !== '') return this.#component(prefix, component, parsed, message)
    // Nothing of the rest is retained by Shelly; somebody else's copy is of no use.
    if (message.retained) return noAnswer
    return leaf === 'linli/rpc'
      ? this.#answered(prefix, parsed, message)
      : this.#notified(prefix, parsed, message)
  }

  tick(): readonly Input[] {
    return []
  }

  nextDueAt(): number | null {
    return null
  }

  restore(rows: Iterable<StateRow>): void {
    this.#devices.restore(rows)
    for (const [src, { prefix }] of this.#devices) this.#byPrefix.set(prefix, src)
  }

  takeDirty(): readonly StateRow[] {
    return this.#devices.takeDirty()
  }

  counters(): Readonly<Record<string, number>> {
    return { 'unknown-notifications': this.#unknown, 'devices-full': this.#devices.refused }
  }

  /** The device of a prefix, with a voice that has introduced it where it is new. */
  #meet(
    prefix: string,
    said: string | null,
    message: ForeignMessage,
    sentTs: number | null = null,
  ): Met | null {
    const src = said ?? this.#byPrefix.get(prefix) ?? (idPattern.test(prefix) ? prefix : null)
    if (src === null) return null
    const before = this.#devices.get(src)
    const known = before ?? { prefix, values: {}, full: false, askedAt: null, sleeps: false }
    if (!this.#devices.set(src, known)) return null
    if (known.prefix !== prefix) this.#byPrefix.delete(known.prefix)
    known.prefix = prefix
    this.#byPrefix.set(prefix, src)
    const id = deviceId('shelly', src)
    const voice = new DeviceVoice(id, message, { sentTs, kept: message.retained })
    if (before === undefined) {
      const info = {
        type: 'shelly',
        name: src,
        model: src.split('-')[0] ?? src,
        adapter: this.name,
      }
      voice.info(info, message.client)
    }
    return { src, known, voice }
  }

  #done({ src, known, voice }: Met, publish: AdapterAnswer['publish'] = []): AdapterAnswer {
    this.#devices.set(src, known)
    return { inputs: voice.inputs, refusal: null, publish }
  }

  #online(prefix: string, text: string, message: ForeignMessage): AdapterAnswer {
    const online = parseBoolean(text)
    if (online === null)
      return { inputs: [], refusal: refuse('payload.invalid', 'online is true or false') }
    const met = this.#meet(prefix, null, message)
    if (met === null) return noAnswer
    // What runs on a battery sleeps between its reports.
    if (!online && met.known.sleeps) return this.#done(met)
    met.voice.status(online)
    if (online) met.voice.beat()
    return this.#done(met, online ? this.#ask(met, message) : [])
  }

  #notified(prefix: string, parsed: Json, message: ForeignMessage): AdapterAnswer {
    const src = parseText(parsed['src'], 64)
    const { params, method } = parsed
    const met =
      src === null || !isRecord(params) ? null : this.#meet(prefix, src, message, timeOf(params))
    if (met === null || !isRecord(params)) {
      this.#unknown++
      return noAnswer
    }
    met.voice.beat()
    if (method === 'NotifyEvent') {
      tellEvents(met.voice, params, message.receivedAt)
      return this.#done(met)
    }
    if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus') {
      this.#unknown++
      return this.#done(met)
    }
    if (tellComponents(met.voice, met.known.values, params, true)) met.known.sleeps = true
    if (method === 'NotifyFullStatus') met.known.full = true
    return this.#done(met, this.#ask(met, message))
  }

  /** A delta says only what has changed: the rest is asked for, once in a while until it comes. */
  #ask({ known }: Met, { receivedAt }: ForeignMessage): AdapterAnswer['publish'] {
    const lately = known.askedAt !== null && receivedAt - known.askedAt < askAgainMs
    if (known.full || lately || known.sleeps) return []
    known.askedAt = receivedAt
    return [askStatus(known.prefix, receivedAt)]
  }

  #answered(prefix: string, parsed: Json, message: ForeignMessage): AdapterAnswer {
    const result = parsed['result']
    const met = isRecord(result) ? this.#meet(prefix, parseText(parsed['src'], 64), message) : null
    if (met === null || !isRecord(result)) return noAnswer
    met.voice.beat()
    met.known.full = true
    if (tellComponents(met.voice, met.known.values, result, true)) met.known.sleeps = true
    return this.#done(met)
  }

  #component(prefix: string, name: string, parsed: Json, message: ForeignMessage): AdapterAnswer {
    const met = this.#meet(prefix, null, message)
    if (met === null) return noAnswer
    met.voice.beat()
    // Without a time it cannot be told from what `events/rpc` has said already: changes only.
    const status = { [name]: parsed }
    if (tellComponents(met.voice, met.known.values, status, false)) met.known.sleeps = true
    return this.#done(met)
  }
}
