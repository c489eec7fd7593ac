import type { AedesPublishPacket, Client, PublishPacket } from 'aedes'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { PictureTopic } from '../model/foreign.ts'
import type { LogRecord } from '../model/record.ts'
import { AckWriter } from './ack-writer.ts'
import type { BrokerDeps, Done } from './broker.ts'
import type { Counters } from './counters.ts'
import { type Route, refusePayload } from './intake.ts'
import type { LocalSubscribers } from './local-subscribers.ts'
import type { Peer } from './peer.ts'
import { isStrayPicture, type PictureTopics } from './picture-topics.ts'
import { storeRecord } from './store-record.ts'

/** A topic that nobody may subscribe to: a message sent there is acknowledged and goes no further. */
export const nowhere = '$linli/nowhere'

export interface GateDeps
  extends Pick<BrokerDeps, 'record' | 'onFrame' | 'onQuarantine' | 'clock'> {
  readonly counters: Counters
  readonly pictures: PictureTopics
  readonly local: LocalSubscribers
  readonly peerOf: (client: Client) => Peer | undefined
  /** A QoS 2 message that waits for its PUBREL: it is on disk already. */
  readonly isRepeat: (client: Client, packet: PublishPacket) => boolean
  /** Whether any MQTT client may want messages of this topic. */
  readonly isWanted: (route: Route) => boolean
}

type AnyPublish = (PublishPacket | AedesPublishPacket) & { messageId?: number }

const noPayload = Buffer.alloc(0)
const topicShownMax = 200

function sendNowhere(packet: AnyPublish): void {
  packet.topic = nowhere
  packet.payload = noPayload
  packet.retain = false
}

/**
 * What stands between a PUBLISH and its acknowledgement. aedes writes the PUBACK before it hands a
 * message on, and only `authorizePublish` runs before both: so the commit is awaited here.
 */
export class PublishGate {
  readonly #deps: GateDeps
  readonly #acks = new AckWriter()
  messagesIn = 0
  framesIn = 0
  closing = false
  /** Refused before aedes looked at them; they come by once more. */
  readonly #refused = new WeakSet<object>()

  constructor(deps: GateDeps) {
    this.#deps = deps
  }

  /** aedes' hook; `done(error)` closes the connection without an acknowledgement. */
  authorize(client: Client | null, packet: AnyPublish, done: Done): void {
    if (packet.topic === nowhere && this.#refused.has(packet)) {
      done(null)
      return
    }
    const peer = client === null ? undefined : this.#deps.peerOf(client)
    if (client === null || peer === undefined || this.closing) {
      done(new Error('not accepted'))
      return
    }
    const now = this.#deps.clock()
    const wait = peer.throttleMs(now)
    const { route, refusal } = peer.grant(packet.topic)
    const payload = packet.payload as Buffer
    const command = route.topic?.leaf === 'command' && packet.retain
    const foreign = refusal === null && route.topic === null
    const { community } = peer.credential
    const picture = foreign ? this.#deps.pictures.find(packet.topic, community) : null
    if (picture !== null) {
      this.#picture({ client, peer, packet, picture, now, done })
      return
    }
    const stray = foreign && isStrayPicture(payload) ? 'mqtt.topic-unknown' : null
    const code = command
      ? 'mqtt.retained-command'
      : (refusal ?? stray ?? refusePayload(route, payload))
    let finish = done
    if (wait > 0) {
      this.#deps.counters.add('mqtt.flood')
      finish = (error) => void setTimeout(done, wait, error)
    }
    if (code !== null) this.refuse(client, peer, packet, code, finish)
    else if (route.frame) this.#frame(route, packet, now, finish)
    else this.#record({ client, peer, packet, route, now, done: finish, prompt: wait === 0 })
  }

  /** Acknowledged, counted, kept in quarantine, handed to nobody; who keeps doing it is closed. */
  refuse(client: Client, peer: Peer, packet: AnyPublish, code: ErrorCode, done: Done): void {
    this.note(code, packet.topic, peer.credential.username, packet.payload.length, '')
    sendNowhere(packet)
    this.#refused.add(packet)
    if (peer.offend(this.#deps.clock())) {
      this.#deps.counters.add('mqtt.offender-closed')
      done(new Error('keeps offending'))
      client.conn.destroy()
      return
    }
    done(null)
  }

  note(code: ErrorCode, topic: string, username: string, bytes: number, detail: string): void {
    this.#deps.counters.add(code)
    this.#deps.onQuarantine({
      ts: this.#deps.clock(),
      topic: topic.slice(0, topicShownMax),
      client: username,
      code,
      detail,
      bytes,
    })
  }

  #picture(message: {
    readonly client: Client
    readonly peer: Peer
    readonly packet: AnyPublish
    readonly picture: PictureTopic
    readonly now: number
    readonly done: Done
  }): void {
    const { client, peer, packet, picture, now, done } = message
    const read = this.#deps.pictures.read(picture, packet.payload as Buffer, now)
    if ('refusal' in read) {
      this.refuse(client, peer, packet, read.refusal, done)
      return
    }
    this.framesIn++
    this.#deps.onFrame(read.frame)
    sendNowhere(packet)
    done(null)
  }

  #frame(route: Route, packet: AnyPublish, now: number, done: Done): void {
    this.framesIn++
    if (route.topic !== null)
      this.#deps.onFrame({
        community: route.topic.community,
        camera: route.topic.device,
        capturedAt: route.topic.captureMs,
        receivedAt: now,
        jpeg: packet.payload as Buffer,
      })
    sendNowhere(packet)
    done(null)
  }

  #record(message: {
    readonly client: Client
    readonly peer: Peer
    readonly packet: AnyPublish
    readonly route: Route
    readonly now: number
    readonly done: Done
    readonly prompt: boolean
  }): void {
    const { client, peer, packet, route, now, done } = message
    if (packet.qos === 2 && this.#deps.isRepeat(client, packet)) {
      done(null)
      return
    }
    this.messagesIn++
    if (packet.retain && !route.mayRetain) {
      packet.retain = false
      this.#deps.counters.add('mqtt.retain-ignored')
    }
    const handlers = this.#deps.local.matching(packet.topic)
    const { topic } = packet
    const payload = packet.payload as Buffer
    const unwanted = !packet.retain && !this.#deps.isWanted(route)
    // A will has no identifier and nobody to acknowledge it to.
    const ackHere = unwanted && packet.qos === 1 && message.prompt && packet.messageId !== undefined
    const messageId = packet.messageId ?? 0
    if (unwanted) {
      sendNowhere(packet)
      // aedes acknowledges QoS 1 message by message; without it, a commit's PUBACKs share a write.
      if (ackHere) packet.qos = 0
    }
    const record: LogRecord = {
      kind: 'publish',
      receivedAt: now,
      topic,
      client: peer.credential.username,
      retain: message.packet.retain,
      payload,
    }
    storeRecord(this.#deps.record, record, (error) => {
      if (error !== null) {
        this.#deps.counters.add('commit.failed')
        done(error)
        return
      }
      for (const handler of handlers) handler(topic, payload)
      if (ackHere) this.#acks.add(client.conn, messageId, done)
      else done(null)
    })
  }
}
