import type { RelaySettings } from '../../contracts/access.ts'
import type { CommandOutcome } from '../../contracts/private-api.ts'
import { topicRoot } from '../../contracts/topics.ts'

export type MqttRelay = Extract<RelaySettings, { kind: 'mqtt' }>

export interface MqttRelaysDeps {
  /** QoS 1, never retained. */
  readonly publish: (topic: string, payload: string) => Promise<void>
}

interface Waiting {
  readonly topic: string
  readonly includes: string | null
  readonly settle: (outcome: CommandOutcome['outcome']) => void
}

interface Confirmation {
  readonly outcome: Promise<CommandOutcome['outcome']>
  settle(how: CommandOutcome['outcome']): void
}

const waitingMax = 1_000

/**
 * Relays that listen to a topic of their own, such as Tasmota and zigbee2mqtt. They are told once: a payload
 * like `TOGGLE` would close again what it has opened.
 */
export class MqttRelays {
  readonly #deps: MqttRelaysDeps
  readonly #waiting = new Set<Waiting>()

  constructor(deps: MqttRelaysDeps) {
    this.#deps = deps
  }

  async tell(
    relay: MqttRelay,
    id: string,
    seconds: string,
    ttlMs: number,
  ): Promise<CommandOutcome> {
    // Our own topics carry commands with ids and acks: no relay is to forge them.
    if (relay.topic === topicRoot || relay.topic.startsWith(`${topicRoot}/`))
      return { id, outcome: 'refused', error: 'relay.refused' }
    if (this.#waiting.size >= waitingMax)
      return { id, outcome: 'refused', error: `more than ${waitingMax} relays are waiting` }
    const waiting = relay.stateTopic === null ? null : this.#wait(relay.stateTopic, relay, ttlMs)
    try {
      await this.#deps.publish(relay.topic, relay.payload.replaceAll('{seconds}', seconds))
    } catch (error) {
      waiting?.settle('refused')
      return { id, outcome: 'refused', error: String(error) }
    }
    return { id, outcome: waiting === null ? 'done' : await waiting.outcome, error: null }
  }

  /** A message on a state topic that was published just now, not one from the broker's memory. */
  state(topic: string, payload: string): void {
    for (const waiting of this.#waiting)
      if (waiting.topic === topic && payload.includes(waiting.includes ?? ''))
        waiting.settle('done')
  }

  close(): void {
    for (const waiting of this.#waiting) waiting.settle('expired')
  }

  #wait(topic: string, { stateIncludes }: MqttRelay, ttlMs: number): Confirmation {
    let waiting: Waiting | null = null
    const outcome = new Promise<CommandOutcome['outcome']>((resolve) => {
      const settle = (how: CommandOutcome['outcome']): void => {
        clearTimeout(timer)
        if (waiting !== null) this.#waiting.delete(waiting)
        resolve(how)
      }
      const timer = setTimeout(() => settle('expired'), ttlMs)
      waiting = { topic, includes: stateIncludes, settle }
      this.#waiting.add(waiting)
    })
    return { outcome, settle: (how) => waiting?.settle(how) }
  }
}
