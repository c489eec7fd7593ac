import type { RosterChange } from '../../contracts/roster.ts'
import { deviceTopic, gatewayDevice } from '../../contracts/topics.ts'
import type { Fact } from '../../gateway/model/input.ts'
import type { LogRecord, RecordKind } from '../../gateway/model/record.ts'
import type { WorldEvent } from './world/events.ts'
import { community } from './world/home.ts'

const record = (
  kind: RecordKind,
  receivedAt: number,
  content: string,
  topic = '',
  client: string = gatewayDevice,
): LogRecord => ({ kind, receivedAt, topic, client, retain: false, payload: Buffer.from(content) })

const fact = (content: Fact): LogRecord =>
  record('fact', content.receivedAt, JSON.stringify(content))

const empty = Buffer.alloc(0)
export const tick = (receivedAt: number): LogRecord => ({
  kind: 'tick',
  receivedAt,
  topic: '',
  client: gatewayDevice,
  retain: false,
  payload: empty,
})

/** Events of the world as the records that the gateway would have written of them. */
export class Scribe {
  #version = 1
  #visits = 0

  /** `receivedAt`: what the clock of the box showed. */
  write(event: WorldEvent, receivedAt: number): LogRecord {
    const skewMs = receivedAt - event.at
    switch (event.kind) {
      case 'message': {
        const { device, leaf, payload } = event
        return record('publish', receivedAt, payload, deviceTopic(community, device, leaf), device)
      }
      case 'passage':
        return fact({
          kind: 'access',
          community,
          door: event.door,
          ts: receivedAt,
          granted: true,
          holder: { ...event.holder, name: event.holder.id },
          reason: 'ok',
          method: event.method,
          receivedAt,
        })
      case 'recognised':
        return fact({
          kind: 'identity',
          community,
          camera: event.camera,
          ts: receivedAt,
          receivedAt,
          resident: event.resident,
          similarity: 0.6,
        })
      case 'covered': {
        const [from, to] = [event.from + skewMs, event.to + skewMs]
        return fact({ kind: 'coverage', community, device: event.camera, from, to, receivedAt })
      }
      case 'visit': {
        const data = { resident: event.resident, seen: event.seen, ts: receivedAt }
        const content = { id: `visit-${++this.#visits}`, ts: receivedAt, type: 'care.visit', data }
        const topic = deviceTopic(community, gatewayDevice, 'event')
        return record('publish', receivedAt, JSON.stringify(content), topic)
      }
      case 'roster': {
        const change: RosterChange = {
          base: this.#version,
          version: ++this.#version,
          residents: { upsert: [...event.residents], remove: [] },
        }
        return record('roster', receivedAt, JSON.stringify(change))
      }
      case 'start':
        return fact({ kind: 'start', downSince: event.downSince, receivedAt })
    }
  }
}
