import type { ErrorCode } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import { externalClient, type LogRecord } from '../model/record.ts'
import type { BrokerDeps, Done } from './broker.ts'
import type { Counters } from './counters.ts'
import type { ForeignTopics } from './foreign-topics.ts'
import { refusePayload, type Route, routeOf } from './intake.ts'
import type { LocalSubscribers } from './local-subscribers.ts'
import { isStrayPicture, type PictureTopics } from './picture-topics.ts'
import { storeRecord } from './store-record.ts'
import { levelCount } from './topic-filter.ts'

export interface Arrived {
  readonly topic: string
  readonly payload: Buffer
  /** From the broker's memory. */
  readonly retain: boolean
}

export interface ExternalIntakeDeps
  extends Pick<BrokerDeps, 'roster' | 'record' | 'onFrame' | 'onQuarantine' | 'clock'> {
  readonly counters: Counters
  readonly local: LocalSubscribers
  readonly foreign: ForeignTopics
  readonly pictures: PictureTopics
  /** Our own status came back: we may write and read there. */
  readonly onEcho: () => void
}

/** What happened, was seen or was ordered once; out of a broker's memory it would happen again and again. */
const momentary: ReadonlySet<string> = new Set(['event', 'ack', 'command', 'frame'])

/** What becomes of a message that an external broker delivered: a record, a frame, or a refusal. */
export class ExternalIntake {
  readonly #deps: ExternalIntakeDeps
  messagesIn = 0
  framesIn = 0

  constructor(deps: ExternalIntakeDeps) {
    this.#deps = deps
  }

  take(message: Arrived, done: Done): void {
    const { topic, payload } = message
    const route = routeOf(topic)
    if (levelCount(topic) > limits.topicLevelsMax)
      this.#refuse('mqtt.topic-too-deep', topic, payload.length, done)
    else if (route.topic !== null) this.#own(message, route.topic, route, done)
    else if (this.#deps.pictures.find(topic, null) !== null) this.#picture(message, done)
    else {
      const known = this.#deps.foreign.wants(topic)
      const usable = known && !isStrayPicture(payload)
      const code = usable ? refusePayload(route, payload) : 'mqtt.topic-unknown'
      if (code === null) this.#store(message, done)
      else this.#refuse(code, topic, payload.length, done)
    }
  }

  #picture({ topic, payload }: Arrived, done: Done): void {
    const picture = this.#deps.pictures.find(topic, null)
    if (picture === null) return
    const read = this.#deps.pictures.read(picture, payload, this.#deps.clock())
    if ('refusal' in read) {
      this.#refuse(read.refusal, topic, payload.length, done)
      return
    }
    this.framesIn++
    this.#deps.onFrame(read.frame)
    done(null)
  }

  #own(
    message: Arrived,
    { community, device, leaf, captureMs }: NonNullable<Route['topic']>,
    route: Route,
    done: Done,
  ): void {
    const { topic, payload } = message
    // Our own words come back to us.
    if (device === gatewayDevice) {
      if (!message.retain && leaf === 'status') this.#deps.onEcho()
      done(null)
      return
    }
    if (message.retain && momentary.has(leaf)) {
      this.#deps.counters.add('mqtt.retain-ignored')
      done(null)
      return
    }
    const blocked = this.#deps.roster.device(community, device)?.state === 'blocked'
    const code = blocked ? 'mqtt.not-allowed' : refusePayload(route, payload)
    if (code !== null) {
      this.#refuse(code, topic, payload.length, done)
      return
    }
    if (!route.frame) {
      this.#store(message, done)
      return
    }
    this.framesIn++
    this.#deps.onFrame({
      community,
      camera: device,
      capturedAt: captureMs,
      receivedAt: this.#deps.clock(),
      jpeg: payload,
    })
    done(null)
  }

  #store({ topic, payload, retain }: Arrived, done: Done): void {
    this.messagesIn++
    const record: LogRecord = {
      kind: 'publish',
      receivedAt: this.#deps.clock(),
      topic,
      client: externalClient,
      retain,
      payload,
    }
    storeRecord(this.#deps.record, record, (error) => {
      if (error === null)
        for (const handler of this.#deps.local.matching(topic)) handler(topic, payload)
      done(error)
    })
  }

  #refuse(code: ErrorCode, topic: string, bytes: number, done: Done): void {
    this.#deps.counters.add(code)
    this.#deps.onQuarantine({
      ts: this.#deps.clock(),
      topic: topic.slice(0, 200),
      client: externalClient,
      code,
      detail: '',
      bytes,
    })
    done(null)
  }
}
