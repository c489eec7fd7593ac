import { createHash } from 'node:crypto'
import type { StateRow } from '../../../model/engine.ts'
import type { Input } from '../../../model/input.ts'
import { refuse } from '../../payload-text.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { deviceId } from '../device-id.ts'
import { DeviceVoice } from '../shared/device-voice.ts'
import { type KnownValues, tell } from '../shared/known-values.ts'
import { parseBoolean, parseNumber, parseText } from '../shared/parse-value.ts'
import { StateBook } from '../shared/state-book.ts'
import { flatItems, type OnvifBody, readBody } from './read-body.ts'
import { type OnvifTopic, onvifTopicOf } from './topics.ts'

interface Known {
  readonly values: KnownValues
  /** Reading that each property topic last set: an empty payload does not say which. */
  readonly topics: Record<string, string>
}

const marker = '/onvif-ej/'
const devicesMax = 500
const topicsMax = 128

/**
 * ONVIF events over MQTT (`onvif-ej`), but for those of AccessControl, which the doors take [ONVIF Core, event
 * broker]. Properties come retained and say nothing of when; an empty payload says that one has been deleted.
 */
export class Onvif implements Adapter {
  readonly name = 'onvif'
  readonly #filters: readonly string[]
  readonly #devices = new StateBook<Known>(devicesMax)
  #unmapped = 0

  constructor(prefixes: readonly string[]) {
    this.#filters = prefixes.map((prefix) => `${prefix}${marker}#`)
  }

  claims(topic: string): boolean {
    return topic.indexOf(marker) > 0
  }

  filters(): readonly string[] {
    return this.#filters
  }

  apply(message: ForeignMessage): AdapterAnswer {
    const at = message.topic.indexOf(marker)
    const prefix = message.topic.slice(0, at)
    const [name = '', source = ''] = message.topic.slice(at + marker.length).split('/&')
    if (name.startsWith('AccessControl/')) return noAnswer
    const entry = onvifTopicOf(name)
    if (entry === null) {
      this.#unmapped++
      return noAnswer
    }
    const place = `${name}/&${source}`.slice(0, 256)
    if (message.payload.length === 0) return this.#deleted(prefix, place)
    const body = readBody(message.payload)
    if (body === null)
      return { inputs: [], refusal: refuse('payload.not-json', `no event of ONVIF: ${name}`) }
    return this.#take(prefix, place, entry, body, message)
  }

  tick(): readonly Input[] {
    return []
  }

  nextDueAt(): number | null {
    return null
  }

  restore(rows: Iterable<StateRow>): void {
    this.#devices.restore(rows)
  }

  takeDirty(): readonly StateRow[] {
    return this.#devices.takeDirty()
  }

  counters(): Readonly<Record<string, number>> {
    return { 'topics-unmapped': this.#unmapped, 'devices-full': this.#devices.refused }
  }

  /** What it said last is no longer so, and what is so nobody knows. */
  #deleted(prefix: string, place: string): AdapterAnswer {
    const known = this.#devices.get(prefix)
    const reading = known?.topics[place]
    if (known === undefined || reading === undefined) return noAnswer
    known.values[reading] = null
    delete known.topics[place]
    this.#devices.set(prefix, known)
    return noAnswer
  }

  #take(
    prefix: string,
    place: string,
    entry: OnvifTopic,
    body: OnvifBody,
    message: ForeignMessage,
  ): AdapterAnswer {
    const before = this.#devices.get(prefix)
    const known = before ?? { values: {}, topics: {} }
    if (!this.#devices.set(prefix, known)) return noAnswer
    const voice = new DeviceVoice(deviceId('onvif', prefix), message, {
      sentTs: body.at,
      kept: message.retained,
    })
    if (before === undefined) {
      const info = { type: 'onvif-device', name: prefix.slice(0, 200), adapter: this.name }
      voice.info(info, message.client)
    }
    voice.beat()
    if (entry.as.kind === 'event') {
      const hash = createHash('sha256').update(message.payload).digest('hex')
      // Without a time of its own the same event may come again.
      voice.event(
        entry.as.type,
        flatItems(body),
        `${place}\n${hash}\n${body.at ?? message.receivedAt}`,
      )
      return { inputs: voice.inputs, refusal: null }
    }
    const { reading, data, numeric } = entry.as
    const token = entry.per === undefined ? null : parseText(body.source[entry.per], 40)
    const name = token === null ? reading : `${reading}:${token}`.slice(0, 64)
    const raw = data.map((key) => body.data[key]).find((each) => each !== undefined)
    // Quotes may be left out around numbers and booleans: `"true"` and `true` are the same.
    const value = numeric ? parseNumber(raw) : parseBoolean(raw)
    if (Object.keys(known.topics).length < topicsMax) known.topics[place] = name
    tell(voice, known.values, name, value, true)
    return { inputs: voice.inputs, refusal: null }
  }
}
