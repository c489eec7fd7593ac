import type { StateRow } from '../../../model/engine.ts'
import type { ForeignPublish, PictureTopic } from '../../../model/foreign.ts'
import type { Input } from '../../../model/input.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { type Refusal, payloadText, refuse } from '../../payload-text.ts'
import { StatePayload } from './entity-state.ts'
import { parseDiscoveryTopic, readConfig, readEspHome } from './discovery.ts'
import { HomeAssistantDesk } from './desk.ts'

const announcementsPerMinuteMax = 6_000
const espHomePrefix = 'esphome/discover/'

export interface HomeAssistantOptions {
  readonly community: string
  /** Of the discovery topics. */
  readonly prefix: string
  /** Discovery of our own devices is no news to us. */
  readonly ownTopic: (topic: string) => boolean
  /** We announce there ourselves, and must hear when a Home Assistant comes up. */
  readonly births?: boolean
}

/**
 * What producers announce to Home Assistant: ESPHome, zigbee2mqtt, Tasmota and everybody's own firmware. It
 * speaks to them as Home Assistant would, so that they say their state when the gateway comes up.
 */
export class HomeAssistantAdapter implements Adapter {
  readonly name = 'homeassistant'
  readonly #options: HomeAssistantOptions
  readonly #desk: HomeAssistantDesk
  readonly #greetings: readonly ForeignPublish[]
  readonly #fixed: string[]
  #filters: readonly string[] = []
  #topics: readonly string[] | null = null
  #minute = { from: 0, count: 0 }
  readonly #counts = { configs: 0, flooded: 0, ownConfigs: 0 }

  constructor(options: HomeAssistantOptions) {
    this.#options = options
    this.#desk = new HomeAssistantDesk(options.community, this.name)
    const { prefix, births = false } = options
    this.#greetings = [{ topic: `${prefix}/status`, payload: 'online', retain: false, qos: 0 }]
    this.#fixed = [`${prefix}/+/+/config`, `${prefix}/+/+/+/config`, `${espHomePrefix}+`]
    if (births) this.#fixed.push(`${prefix}/status`)
  }

  claims(topic: string): boolean {
    const { prefix } = this.#options
    return (
      this.#desk.registry.listeners(topic) !== undefined ||
      topic === `${prefix}/status` ||
      topic.startsWith(espHomePrefix) ||
      parseDiscoveryTopic(prefix, topic) !== null
    )
  }

  apply(message: ForeignMessage): AdapterAnswer {
    const { prefix } = this.#options
    const { topic } = message
    if (topic === `${prefix}/status`) return noAnswer
    if (topic.startsWith(espHomePrefix)) return this.#espHome(message)
    const at = parseDiscoveryTopic(prefix, topic)
    if (at === null) return this.#state(message)
    if (this.#options.ownTopic(topic)) {
      this.#counts.ownConfigs++
      return noAnswer
    }
    if (this.#isFlood(message.receivedAt))
      return { inputs: [], refusal: refuse('mqtt.flood', 'too many announcements in a minute') }
    this.#counts.configs++
    const announcement = readConfig(topic, at, message.payload)
    switch (announcement.kind) {
      case 'refused':
        return { inputs: [], refusal: announcement.refusal }
      case 'removed':
        return { inputs: this.#desk.removed(topic, message.receivedAt), refusal: null }
      case 'migrated':
        return { inputs: this.#desk.migrated(topic, message.receivedAt), refusal: null }
      case 'announced':
        return this.#desk.announced(announcement, topic, message)
    }
  }

  tick(now: number): readonly Input[] {
    return this.#desk.tick(now)
  }
  nextDueAt(): number | null {
    return this.#desk.registry.due.nextAt()
  }
  restore(rows: Iterable<StateRow>): void {
    this.#desk.registry.restore(rows)
  }
  takeDirty(): readonly StateRow[] {
    return this.#desk.registry.takeDirty()
  }
  filters(): readonly string[] {
    const topics = this.#desk.registry.topics()
    if (topics !== this.#topics) {
      this.#topics = topics
      this.#filters = [...this.#fixed, ...topics]
    }
    return this.#filters
  }
  pictures(): readonly PictureTopic[] {
    return this.#desk.registry.pictures()
  }
  greetings(): readonly ForeignPublish[] {
    return this.#greetings
  }
  counters(): Readonly<Record<string, number>> {
    return { ...this.#counts, ...this.#desk.counts, full: this.#desk.registry.refused }
  }

  #state(message: ForeignMessage): AdapterAnswer {
    const listeners = this.#desk.registry.listeners(message.topic)
    if (listeners === undefined) return noAnswer
    const onlyPictures = [...listeners.states].every(({ entity }) => entity.kind === 'picture')
    if (onlyPictures && listeners.availability.size === 0) return noAnswer
    const text = payloadText(message.payload)
    if (text === null) return refusal(refuse('payload.not-json', 'not UTF-8'))
    // Empty: the state is taken back.
    if (text === '') return noAnswer
    return { inputs: this.#desk.heard(listeners, new StatePayload(text), message), refusal: null }
  }

  #espHome({ payload, receivedAt }: ForeignMessage): AdapterAnswer {
    if (payload.length === 0) return noAnswer
    const node = readEspHome(payload)
    if (node === null) return refusal(refuse('payload.invalid', 'no mac'))
    return { inputs: this.#desk.espHome(node, receivedAt), refusal: null }
  }

  #isFlood(now: number): boolean {
    if (Math.abs(now - this.#minute.from) >= 60_000) this.#minute = { from: now, count: 0 }
    if (++this.#minute.count <= announcementsPerMinuteMax) return false
    this.#counts.flooded++
    return true
  }
}

const refusal = (given: Refusal): AdapterAnswer => ({ inputs: [], refusal: given })
