import { createHash } from 'node:crypto'
import { minuteMs } from '../../../../contracts/clock.ts'
import { limits } from '../../../../contracts/limits.ts'
import type { StateRow } from '../../../model/engine.ts'
import type { Input } from '../../../model/input.ts'
import { externalClient } from '../../../model/record.ts'
import { checkTree, parseJson, payloadText, refuse } from '../../payload-text.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { DeviceVoice } from '../shared/device-voice.ts'
import { isRecord, parseText } from '../shared/parse-value.ts'
import { StateBook } from '../shared/state-book.ts'
import { type Entry, readPair, readTelemetry } from './read-telemetry.ts'

type Json = Readonly<Record<string, unknown>>
interface Known {
  type: string
  /** Its gateway has said that it lost it. */
  lost: boolean
}

const topics = /^(v1\/(devices\/me|gateway)\/(telemetry|attributes|connect|disconnect)|v2\/t)$/
const devicesMax = 5_000
const devicesPerMessageMax = 200
/** Later than this it is history: kept, and no alarm. */
const lateAfterMs = 10 * minuteMs

const invalid = (detail: string): AdapterAnswer => ({
  inputs: [],
  refusal: refuse('payload.invalid', detail),
})

/**
 * Devices and gateways that speak the MQTT API of ThingsBoard to us. A name is free text of the gateway that says
 * it, so a device is that name *of that credential*: no gateway can write into another's. Telemetry is measured
 * each time; what comes hours late is history and raises nothing.
 */
export class ThingsBoard implements Adapter {
  readonly name = 'thingsboard'
  readonly #filters = ['v1/gateway/+']
  readonly #devices = new StateBook<Known>(devicesMax)
  #late = 0
  #anonymous = 0

  claims(topic: string): boolean {
    return topics.test(topic)
  }

  filters(): readonly string[] {
    return this.#filters
  }

  apply(message: ForeignMessage): AdapterAnswer {
    const { topic, client, payload } = message
    const self = !topic.startsWith('v1/gateway/')
    if (self && client === externalClient) {
      // Through somebody else's broker every device is `me`.
      this.#anonymous++
      const why = 'v1/devices/me needs the embedded broker'
      return { inputs: [], refusal: refuse('mqtt.topic-unknown', why) }
    }
    if (payload.length === 0) return noAnswer
    const text = payloadText(payload)
    const parsed = text === null ? undefined : parseJson(text)
    if (parsed === undefined)
      return { inputs: [], refusal: refuse('payload.not-json', (text ?? '').slice(0, 80)) }
    const refusal = checkTree(parsed)
    if (refusal !== null) return { inputs: [], refusal }
    const leaf = topic.slice(topic.lastIndexOf('/') + 1)
    if (leaf === 'attributes') return noAnswer
    if (self) return this.#telemetry(null, parsed, message)
    return isRecord(parsed) ? this.#gateway(leaf, parsed, message) : invalid('no object')
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
    const { refused } = this.#devices
    return { late: this.#late, 'without-identity': this.#anonymous, 'devices-full': refused }
  }

  #gateway(leaf: string, parsed: Json, message: ForeignMessage): AdapterAnswer {
    if (leaf === 'telemetry') return this.#gatewayTelemetry(parsed, message)
    const name = parseText(parsed['device'], 200)
    if (name === null) return invalid('no device name')
    const id = idOf(name, message)
    const { known, inputs } = this.#introduce(id, name, parseText(parsed['type'], 64), message)
    // That a gateway speaks of a device proves nothing of the device; that it has lost it does.
    if (known === null || leaf !== 'disconnect') return { inputs, refusal: null }
    known.lost = true
    this.#devices.set(id, known)
    return {
      inputs: [...inputs, ...new DeviceVoice(id, message).status(false).inputs],
      refusal: null,
    }
  }

  #gatewayTelemetry(parsed: Json, message: ForeignMessage): AdapterAnswer {
    const names = Object.keys(parsed)
    if (names.length > devicesPerMessageMax)
      return invalid(`more than ${devicesPerMessageMax} devices`)
    const inputs: Input[] = []
    let refusal: AdapterAnswer['refusal'] = null
    for (const name of names) {
      const answer = this.#telemetry(name.slice(0, 200), parsed[name], message)
      inputs.push(...answer.inputs)
      refusal ??= answer.refusal
    }
    return { inputs, refusal }
  }

  #telemetry(name: string | null, parsed: unknown, message: ForeignMessage): AdapterAnswer {
    const entries = readTelemetry(parsed)
    if (entries === null) return invalid('no telemetry of ThingsBoard')
    const id = idOf(name, message)
    const { known, inputs } = this.#introduce(id, name ?? message.client, null, message)
    if (known === null) return noAnswer
    return {
      inputs: [...inputs, ...entries.flatMap((entry) => this.#entry(id, known, entry, message))],
      refusal: null,
    }
  }

  #entry(id: string, known: Known, { ts, values }: Entry, message: ForeignMessage): Input[] {
    const late = ts !== null && ts < message.receivedAt - lateAfterMs
    if (late) this.#late++
    const kept = message.retained || late
    const voice = new DeviceVoice(id, message, { sentTs: ts, kept })
    if (known.lost && !kept) {
      known.lost = false
      this.#devices.set(id, known)
      voice.status(true)
    }
    voice.beat()
    for (const [key, raw] of Object.entries(values).slice(0, limits.valuesPerReadingMax)) {
      const pair = readPair(key, raw)
      if (pair !== null) voice.reading(pair.reading, pair.value)
    }
    return voice.inputs
  }

  /** New devices come in as pending; a type that is said later is an `info` of its own. */
  #introduce(
    id: string,
    name: string,
    type: string | null,
    message: ForeignMessage,
  ): { readonly known: Known | null; readonly inputs: readonly Input[] } {
    const before = this.#devices.get(id)
    if (before !== undefined && (type === null || type === before.type))
      return { known: before, inputs: [] }
    const known: Known = { type: type ?? 'sensor', lost: before?.lost ?? false }
    if (!this.#devices.set(id, known)) return { known: null, inputs: [] }
    const info = { type: known.type, name, adapter: this.name }
    return { known, inputs: new DeviceVoice(id, message).info(info, message.client).inputs }
  }
}

/** The credential alone for a device of its own, with the name for one behind a gateway. */
function idOf(name: string | null, { client }: ForeignMessage): string {
  const identity = name === null ? client : `${client}\n${name}`
  return `tb-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
}
