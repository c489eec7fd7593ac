import { createHash } from 'node:crypto'
import { secondMs } from '../../../../contracts/clock.ts'
import type { StateRow } from '../../../model/engine.ts'
import type { Input } from '../../../model/input.ts'
import { checkTree, parseJson, payloadText, refuse } from '../../payload-text.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { ieeeOf, zigbeeBridgeId, zigbeeDeviceId } from '../device-id.ts'
import { DeviceVoice } from '../shared/device-voice.ts'
import { isRecord, parseText } from '../shared/parse-value.ts'
import { StateBook } from '../shared/state-book.ts'
import { coordinatorOf, type ListedDevice, readDeviceList } from './device-list.ts'
import type { Bridge, Known } from './known.ts'
import { lastSeenOf } from './last-seen.ts'
import { targetOf } from './names.ts'
import { onlineOf } from './online.ts'
import { tellAction, tellState } from './read-state.ts'

const devicesMax = 1_000
/** How long zigbee2mqtt may take to publish from disk what it knew before it started. */
const startWindowMs = 60 * secondMs
const ignored: ReadonlySet<string> = new Set(['logging', 'info', 'groups', 'definitions', 'health'])
const answerOf = (inputs: readonly Input[]): AdapterAnswer => ({ inputs, refusal: null })
const invalid = (detail: string): AdapterAnswer => ({
  inputs: [],
  refusal: refuse('payload.invalid', detail),
})

/** Of one device, bytes; the list of all devices may be longer. */
const statePayloadMax = 65_536

/**
 * zigbee2mqtt 1.x and 2.x below one base topic. `bridge/devices` is the truth about who is there. What a state
 * says is news only where it differs, and it is a sign of the device only where `last_seen` has moved
 * or, without `last_seen`, something has changed and zigbee2mqtt did not just start.
 */
export class Zigbee2mqtt implements Adapter {
  readonly name: string
  readonly #base: string
  readonly #filters: readonly string[]
  readonly #devices = new StateBook<Known>(devicesMax)
  readonly #bridges = new StateBook<Bridge>(1)
  readonly #byName = new Map<string, string>()
  #unknownNames = 0
  #repeats = 0

  constructor(base: string) {
    this.#base = base
    this.name = base === 'zigbee2mqtt' ? base : `zigbee2mqtt/${base}`
    this.#filters = [`${base}/#`]
  }

  claims(topic: string): boolean {
    return topic.startsWith(`${this.#base}/`)
  }

  filters(): readonly string[] {
    return this.#filters
  }

  apply(message: ForeignMessage): AdapterAnswer {
    const path = message.topic.slice(this.#base.length + 1)
    if (path.startsWith('bridge/')) return this.#fromBridge(path.slice('bridge/'.length), message)
    const target = targetOf(path, this.#byName)
    if (target === null) {
      this.#unknownNames++
      return noAnswer
    }
    // An empty retained message only takes the last one back: `bridge/devices` says who has gone.
    if (message.payload.length === 0) return noAnswer
    if (message.payload.length > statePayloadMax) return invalid('longer than any state')
    const text = payloadText(message.payload)
    if (text === null) return { inputs: [], refusal: refuse('payload.not-json', 'not UTF-8') }
    const known = this.#devices.get(target.ieee)
    if (known === undefined) return noAnswer
    switch (target.kind) {
      case 'availability':
        return this.#availability(target.ieee, known, text, message)
      case 'attribute':
        return this.#attribute(target.ieee, known, target.key, text, message)
      case 'state':
        return this.#state(target.ieee, known, text, message)
    }
  }

  tick(): readonly Input[] {
    return []
  }

  nextDueAt(): number | null {
    return null
  }

  restore(rows: Iterable<StateRow>): void {
    const all = [...rows]
    this.#bridges.restore(all.filter(({ key }) => key === 'bridge'))
    this.#devices.restore(all.filter(({ key }) => key !== 'bridge'))
    for (const [ieee, { name }] of this.#devices) this.#byName.set(name, ieee)
  }

  takeDirty(): readonly StateRow[] {
    return [...this.#bridges.takeDirty(), ...this.#devices.takeDirty()]
  }

  counters(): Readonly<Record<string, number>> {
    return {
      'unknown-names': this.#unknownNames,
      repeats: this.#repeats,
      'devices-full': this.#devices.refused,
    }
  }

  #fromBridge(leaf: string, message: ForeignMessage): AdapterAnswer {
    const text = payloadText(message.payload)
    if (message.payload.length === 0 || text === null) return noAnswer
    const [head = ''] = leaf.split('/')
    if (head === 'state') return this.#bridgeState(text, message)
    if (head === 'devices') return this.#deviceList(text, message)
    if (head === 'event') return this.#announced(text, message)
    if (!ignored.has(head)) this.#unknownNames++
    return noAnswer
  }

  #bridgeState(text: string, message: ForeignMessage): AdapterAnswer {
    const online = onlineOf(text)
    if (online === null) return invalid('bridge/state is online or offline')
    const bridge = this.#bridge()
    if (online && !message.retained) bridge.onlineAt = message.receivedAt
    bridge.online = online
    this.#bridges.set('bridge', bridge)
    const inputs = [...this.#bridgeStatus(bridge, message)]
    for (const [ieee, known] of this.#devices) inputs.push(...this.#effective(ieee, known, message))
    return answerOf(inputs)
  }

  #bridge(): Bridge {
    return this.#bridges.get('bridge') ?? { ieee: null, online: null, onlineAt: null }
  }

  /** A bridge is its coordinator; before the first list nobody knows which one that is. */
  #bridgeStatus({ ieee, online }: Bridge, message: ForeignMessage): readonly Input[] {
    if (ieee === null || online === null) return []
    const voice = new DeviceVoice(zigbeeBridgeId(ieee), message, { kept: message.retained })
    voice.status(online)
    return (online ? voice.beat() : voice).inputs
  }

  #meetBridge(ieee: string | null, message: ForeignMessage): readonly Input[] {
    const bridge = this.#bridge()
    if (ieee === null || bridge.ieee === ieee) return []
    const before = bridge.ieee
    bridge.ieee = ieee
    this.#bridges.set('bridge', bridge)
    const info = { type: 'bridge', name: this.#base, adapter: 'zigbee2mqtt' }
    return [
      ...(before === null
        ? []
        : new DeviceVoice(zigbeeBridgeId(before), message).gone('removed').inputs),
      ...new DeviceVoice(zigbeeBridgeId(ieee), message).info(info, message.client).inputs,
      ...this.#bridgeStatus(bridge, message),
    ]
  }

  #deviceList(text: string, message: ForeignMessage): AdapterAnswer {
    const parsed = parseJson(text)
    const listed = readDeviceList(parsed)
    if (listed === null) return invalid('bridge/devices is no list')
    const inputs: Input[] = [...this.#meetBridge(coordinatorOf(parsed), message)]
    const present = new Set(listed.map(({ ieee }) => ieee))
    for (const [ieee] of this.#devices)
      if (!present.has(ieee)) {
        this.#devices.delete(ieee)
        inputs.push(...new DeviceVoice(zigbeeDeviceId(ieee), message).gone('removed').inputs)
      }
    for (const device of listed) inputs.push(...this.#meet(device, message))
    this.#byName.clear()
    for (const [ieee, { name }] of this.#devices) this.#byName.set(name, ieee)
    return answerOf(inputs)
  }

  #meet(device: ListedDevice, message: ForeignMessage): Input[] {
    const { ieee, name, disabled, properties } = device
    const bridge = this.#bridge().ieee
    const described = {
      ...device.info,
      ...(bridge === null ? {} : { via: zigbeeBridgeId(bridge) }),
    }
    const info = JSON.stringify(described)
    const known = this.#devices.get(ieee)
    const next: Known = known ?? {
      name,
      disabled,
      info: '',
      properties,
      values: {},
      available: null,
      told: null,
      lastSeen: null,
      print: '',
    }
    const news = next.info !== info
    const changed = news || next.disabled !== disabled || next.name !== name
    if (!changed) return []
    Object.assign(next, { name, disabled, info, properties })
    if (!this.#devices.set(ieee, next)) return []
    const voice = new DeviceVoice(zigbeeDeviceId(ieee), message)
    if (news) voice.info(described, message.client)
    return [...voice.inputs, ...this.#effective(ieee, next, message)]
  }

  /** A device that has joined the network anew is alive, whatever it measures. */
  #announced(text: string, message: ForeignMessage): AdapterAnswer {
    const parsed = parseJson(text)
    if (!isRecord(parsed) || parsed['type'] !== 'device_announce' || message.retained)
      return noAnswer
    const data = isRecord(parsed['data']) ? parsed['data'] : {}
    const ieee = ieeeOf(parseText(data['ieee_address'], 40) ?? '')
    if (ieee === null || this.#devices.get(ieee) === undefined) return noAnswer
    return answerOf(new DeviceVoice(zigbeeDeviceId(ieee), message).beat().inputs)
  }

  #availability(ieee: string, known: Known, text: string, message: ForeignMessage): AdapterAnswer {
    const online = onlineOf(text)
    if (online === null) return invalid('availability is online or offline')
    known.available = online
    this.#devices.set(ieee, known)
    return answerOf(this.#effective(ieee, known, message))
  }

  /** The bridge and the device, both; nothing is said of a device whose availability nobody watches. */
  #effective(ieee: string, known: Known, message: ForeignMessage): Input[] {
    const bridgeDown = this.#bridges.get('bridge')?.online === false
    const watched = known.disabled || known.available !== null
    const online = watched ? !known.disabled && !bridgeDown && known.available === true : null
    if (online === null || online === known.told) return []
    known.told = online
    this.#devices.set(ieee, known)
    const voice = new DeviceVoice(zigbeeDeviceId(ieee), message, { kept: message.retained })
    return voice.status(online).inputs
  }

  #starting(message: ForeignMessage): boolean {
    const onlineAt = this.#bridges.get('bridge')?.onlineAt ?? null
    return onlineAt !== null && message.receivedAt - onlineAt < startWindowMs
  }

  #state(ieee: string, known: Known, text: string, message: ForeignMessage): AdapterAnswer {
    const state = parseJson(text)
    if (!isRecord(state))
      return { inputs: [], refusal: refuse('payload.not-json', text.slice(0, 80)) }
    const refusal = checkTree(state)
    if (refusal !== null) return { inputs: [], refusal }
    const { last_seen: sent, ...rest } = state
    const lastSeen = lastSeenOf(sent)
    const print = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)
    // An action is kept in no memory of zigbee2mqtt: where there is one, it has just been done.
    const acted = typeof state['action'] === 'string' && state['action'] !== '' && !message.retained
    const moved = lastSeen !== null && lastSeen > (known.lastSeen ?? 0)
    const fresh =
      acted ||
      (!message.retained &&
        (lastSeen === null ? print !== known.print && !this.#starting(message) : moved))
    const same = print === known.print
    known.print = print
    if (moved) known.lastSeen = lastSeen
    const voice = new DeviceVoice(zigbeeDeviceId(ieee), message, { sentTs: lastSeen, kept: !fresh })
    voice.beat()
    // Nothing but the time has moved: the device has measured the same again.
    tellState(
      voice,
      { known: known.values, properties: known.properties },
      rest,
      fresh && moved && same,
    )
    if (acted) tellAction(voice, state['action'], `${lastSeen ?? message.receivedAt}\n${text}`)
    if (voice.inputs.length === 0) this.#repeats++
    this.#devices.set(ieee, known)
    return answerOf(voice.inputs)
  }

  /** `output: attribute`: one plain text for each key, all of them each time. */
  #attribute(
    ieee: string,
    known: Known,
    key: string,
    text: string,
    message: ForeignMessage,
  ): AdapterAnswer {
    const kept = message.retained || this.#starting(message)
    const voice = new DeviceVoice(zigbeeDeviceId(ieee), message, { kept })
    const told = { known: known.values, properties: known.properties }
    const news =
      key === 'action'
        ? tellAction(voice, text, `${message.receivedAt}\n${text}`)
        : tellState(voice, told, { [key]: text }, false)
    if (!news) return noAnswer
    this.#devices.set(ieee, known)
    const alive = new DeviceVoice(zigbeeDeviceId(ieee), message, { kept }).beat()
    return answerOf([...alive.inputs, ...voice.inputs])
  }
}
