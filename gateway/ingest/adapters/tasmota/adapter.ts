import type { DeviceInfo } from '../../../../contracts/payloads.ts'
import type { StateRow } from '../../../model/engine.ts'
import type { ForeignPublish } from '../../../model/foreign.ts'
import type { Input } from '../../../model/input.ts'
import { checkTree, parseJson, payloadText, refuse } from '../../payload-text.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { macOf, tasmotaDeviceId } from '../device-id.ts'
import { DeviceVoice } from '../shared/device-voice.ts'
import type { KnownValues } from '../shared/known-values.ts'
import { isRecord } from '../shared/parse-value.ts'
import { StateBook } from '../shared/state-book.ts'
import { readConfig, type TasmotaConfig } from './discovery.ts'
import { numbered, tellRelay, tellSensors, tellSwitch } from './read-report.ts'

interface Known {
  readonly config: TasmotaConfig
  readonly values: KnownValues
}

interface Place {
  readonly mac: string
  readonly leaf: string
}

const devicesMax = 1_000
const answerOf = (inputs: readonly Input[]): AdapterAnswer => ({ inputs, refusal: null })

/**
 * Tasmota with discovery (SetOption19 0). Topics are what the device's own config says, whatever its FullTopic;
 * without discovery nothing is known of a device but its topic, which is no identity. `Time` has no
 * zone and is 1970 before NTP: everything counts from when we received it.
 */
export class Tasmota implements Adapter {
  readonly name = 'tasmota'
  readonly #discovery: string
  readonly #devices = new StateBook<Known>(devicesMax)
  /** Devices by their `stat` and `tele` topics. */
  #places = new Map<string, string>()
  #filters: readonly string[]
  #unclear = 0

  constructor(discovery: string) {
    this.#discovery = `${discovery}/`
    this.#filters = [`${discovery}/+/config`]
  }

  claims(topic: string): boolean {
    if (topic.startsWith(this.#discovery)) return true
    return this.#placeOf(topic) !== null || /^(tele|stat)\//.test(topic)
  }

  filters(): readonly string[] {
    return this.#filters
  }

  apply(message: ForeignMessage): AdapterAnswer {
    if (message.topic.startsWith(this.#discovery)) return this.#discovered(message)
    const place = this.#placeOf(message.topic)
    const known = place === null ? undefined : this.#devices.get(place.mac)
    if (place === null || known === undefined) {
      this.#unclear++
      return noAnswer
    }
    if (message.payload.length === 0) return noAnswer
    const text = payloadText(message.payload)
    if (text === null) return { inputs: [], refusal: refuse('payload.not-json', 'not UTF-8') }
    if (place.leaf === 'LWT') return this.#will(known, text, message)
    return this.#report(place, known, text, message)
  }

  tick(): readonly Input[] {
    return []
  }

  nextDueAt(): number | null {
    return null
  }

  restore(rows: Iterable<StateRow>): void {
    this.#devices.restore(rows)
    this.#index()
  }

  takeDirty(): readonly StateRow[] {
    return this.#devices.takeDirty()
  }

  counters(): Readonly<Record<string, number>> {
    return { 'without-discovery': this.#unclear, 'devices-full': this.#devices.refused }
  }

  #placeOf(topic: string): Place | null {
    const cut = topic.lastIndexOf('/') + 1
    const mac = this.#places.get(topic.slice(0, cut))
    return mac === undefined ? null : { mac, leaf: topic.slice(cut) }
  }

  #index(): void {
    const places = new Map<string, string>()
    const filters = [`${this.#discovery}+/config`]
    for (const [mac, { config }] of this.#devices)
      for (const topic of [config.statTopic, config.teleTopic]) {
        places.set(topic, mac)
        filters.push(`${topic}+`)
      }
    this.#places = places
    this.#filters = filters
  }

  #discovered(message: ForeignMessage): AdapterAnswer {
    const [id = '', leaf = ''] = message.topic.slice(this.#discovery.length).split('/')
    const mac = macOf(id)
    // `sensors` lists what SENSOR brings anyway.
    if (leaf !== 'config' || mac === null) return noAnswer
    if (message.payload.length === 0) return this.#removed(mac, message)
    const config = readConfig(parseJson(payloadText(message.payload) ?? ''))
    if (config === null || config.mac !== mac)
      return { inputs: [], refusal: refuse('payload.invalid', 'no config of a Tasmota device') }
    const before = this.#devices.get(mac)
    const same = JSON.stringify(before?.config) === JSON.stringify(config)
    if (same || !this.#devices.set(mac, { config, values: before?.values ?? {} })) return noAnswer
    this.#index()
    const voice = new DeviceVoice(tasmotaDeviceId(mac), message)
    voice.info(infoOf(config), message.client)
    // Nothing but the will is retained: what it measures comes in a TelePeriod, or when it is asked.
    return { inputs: voice.inputs, refusal: null, publish: before ? [] : questionsTo(config) }
  }

  /** SetOption19 1 takes both discovery topics back: nothing more will be understood of it. */
  #removed(mac: string, message: ForeignMessage): AdapterAnswer {
    if (this.#devices.get(mac) === undefined) return noAnswer
    this.#devices.delete(mac)
    this.#index()
    return answerOf(new DeviceVoice(tasmotaDeviceId(mac), message).gone('removed').inputs)
  }

  #will({ config }: Known, text: string, message: ForeignMessage): AdapterAnswer {
    const online = text === config.online
    if (!online && text !== config.offline)
      return { inputs: [], refusal: refuse('payload.invalid', 'LWT is neither onln nor ofln') }
    // Between its reports a device in deep sleep is offline by intent.
    if (config.sleeps && !online) return noAnswer
    const voice = new DeviceVoice(tasmotaDeviceId(config.mac), message, { kept: message.retained })
    voice.status(online)
    if (online) voice.beat()
    return answerOf(voice.inputs)
  }

  #report(place: Place, known: Known, text: string, message: ForeignMessage): AdapterAnswer {
    const { leaf, mac } = place
    const parsed = text.startsWith('{') ? parseJson(text) : undefined
    if (text.startsWith('{') && !isRecord(parsed))
      return { inputs: [], refusal: refuse('payload.not-json', text.slice(0, 80)) }
    const voice = new DeviceVoice(tasmotaDeviceId(mac), message, { kept: message.retained })
    const reported = { config: known.config, known: known.values }
    voice.beat()
    if (!isRecord(parsed)) tellRelay(voice, reported, leaf, text)
    else {
      const refusal = checkTree(parsed)
      if (refusal !== null) return { inputs: [], refusal }
      const status = parsed['StatusSNS']
      if (leaf === 'SENSOR') tellSensors(voice, reported, parsed)
      else if (isRecord(status)) tellSensors(voice, reported, status)
      else this.#result(voice, reported, parsed, message)
    }
    this.#devices.set(mac, known)
    return answerOf(voice.inputs)
  }

  /** RESULT and STATE, or RESULT under the command's own name (SetOption4): relays, switches, buttons. */
  #result(
    voice: DeviceVoice,
    reported: { readonly config: TasmotaConfig; readonly known: KnownValues },
    parsed: Readonly<Record<string, unknown>>,
    message: ForeignMessage,
  ): void {
    for (const [key, raw] of Object.entries(parsed).slice(0, 64)) {
      tellRelay(voice, reported, key, raw)
      tellSwitch(voice, reported, key, raw)
      if (/^Button\d{1,2}$/.test(key) && isRecord(raw) && typeof raw['Action'] === 'string') {
        const data = { button: key.toLowerCase(), action: raw['Action'].slice(0, 32).toLowerCase() }
        voice.event('action', data, `${message.receivedAt}\n${key}`)
      }
    }
  }
}

const questionsTo = ({ commandTopic }: TasmotaConfig): ForeignPublish[] => [
  { topic: `${commandTopic}STATE`, payload: '', retain: false, qos: 0 },
  { topic: `${commandTopic}STATUS`, payload: '8', retain: false, qos: 0 },
]

function infoOf({ name, model, relays, switches }: TasmotaConfig): DeviceInfo {
  const relayNames = Array.from({ length: relays }, (_, i) => numbered('switchOn', i + 1))
  const inputs = switches.map(({ number }) => `input${number}`)
  return {
    type: relays > 0 ? 'switch' : 'sensor',
    name,
    adapter: 'tasmota',
    ...(model === null ? {} : { model }),
    capabilities: [...relayNames, ...inputs].slice(0, 64),
    entities: [
      ...relayNames.map((reading) => ({ name: reading, kind: 'relay', reading })),
      ...switches.map((each) => ({
        name: each.name ?? `Switch${each.number}`,
        kind: 'switch',
        reading: `input${each.number}`,
      })),
    ].slice(0, 64),
  }
}
