import { createHash } from 'node:crypto'
import { normalisePlate } from '../../../../contracts/plate.ts'
import type { StateRow } from '../../../model/engine.ts'
import type { Input } from '../../../model/input.ts'
import { deviceTime } from '../../device-time.ts'
import { checkTree, parseJson, payloadText, refuse } from '../../payload-text.ts'
import { type Adapter, type AdapterAnswer, type ForeignMessage, noAnswer } from '../adapter.ts'
import { deviceId } from '../device-id.ts'
import { DeviceVoice } from '../shared/device-voice.ts'
import { tell } from '../shared/known-values.ts'
import { isRecord, parseBoolean, parseNumber } from '../shared/parse-value.ts'
import { StateBook } from '../shared/state-book.ts'
import { FaceDesk, type FaceOptions } from './faces.ts'
import { type Camera, dropLost, keep, lostAfterMs, tellCounts } from './objects.ts'
import { readActivity, readCandidate, readEvent } from './read-event.ts'
import { tellEvent, tellStatus } from './tell-event.ts'

export interface FrigateOptions extends FaceOptions {
  readonly community: string
  readonly prefix: string
}

interface Server {
  online: boolean | null
}

type Json = Readonly<Record<string, unknown>>
interface Met {
  readonly camera: Camera
  readonly voice: DeviceVoice
}

const camerasMax = 256
const answerOf = (inputs: readonly Input[]): AdapterAnswer => ({ inputs, refusal: null })

/**
 * Frigate below one topic prefix. Objects become counts and events, faces become signs of life of the
 * residents whom the configuration names, plates become events and open nothing. An object whose `end`
 * was lost is given up; with Frigate stopped nobody looks, and nothing is counted.
 */
export class Frigate implements Adapter {
  readonly name: string
  readonly #options: FrigateOptions
  readonly #filters: readonly string[]
  readonly #idPrefix: string
  readonly #cameras = new StateBook<Camera>(camerasMax)
  readonly #servers = new StateBook<Server>(1)
  readonly #faces: FaceDesk

  constructor(options: FrigateOptions) {
    const { prefix } = options
    const usual = prefix === 'frigate'
    const hash = createHash('sha256').update(prefix).digest('hex').slice(0, 6)
    this.#options = options
    this.#faces = new FaceDesk(options)
    this.name = usual ? 'frigate' : `frigate/${prefix}`
    // Camera names repeat between installations, prefixes do not.
    this.#idPrefix = usual ? 'frigate' : `frigate-${hash}`
    this.#filters = ['available', 'events', 'tracked_object_update', 'stats', 'camera_activity']
      .map((leaf) => `${prefix}/${leaf}`)
      .concat(`${prefix}/+/status/detect`, `${prefix}/+/motion`)
  }

  claims(topic: string): boolean {
    return topic.startsWith(`${this.#options.prefix}/`)
  }

  filters(): readonly string[] {
    return this.#filters
  }

  apply(message: ForeignMessage): AdapterAnswer {
    const path = message.topic.slice(this.#options.prefix.length + 1)
    const [camera = '', second = '', third = ''] = path.split('/')
    if (path === 'available') return this.#available(message)
    if (path === 'events') return this.#json(message, (parsed) => this.#event(parsed, message))
    if (path === 'tracked_object_update')
      return this.#json(message, (parsed) => this.#candidate(parsed, message))
    if (path === 'camera_activity')
      return this.#json(message, (parsed) => this.#activity(parsed, message))
    if (path === 'stats') return this.#json(message, (parsed) => this.#stats(parsed, message))
    if (second === 'status' && third === 'detect') return this.#status(camera, message)
    if (second === 'motion' && third === '') return this.#motion(camera, message)
    // Pictures, switches and counts: the counts are made of the events.
    return noAnswer
  }

  tick(now: number): readonly Input[] {
    const inputs: Input[] = []
    for (const [name, camera] of this.#cameras)
      if (dropLost(camera, now)) {
        const voice = new DeviceVoice(camera.device, {
          community: this.#options.community,
          receivedAt: now,
        })
        tellCounts(voice, camera)
        this.#cameras.set(name, camera)
        inputs.push(...voice.inputs)
      }
    return inputs
  }

  nextDueAt(): number | null {
    let next: number | null = null
    for (const [, { objects }] of this.#cameras)
      for (const { lastAt } of Object.values(objects))
        if (next === null || lastAt + lostAfterMs < next) next = lastAt + lostAfterMs
    return next
  }

  restore(rows: Iterable<StateRow>): void {
    const all = [...rows]
    const of = (kind: string): StateRow[] =>
      all
        .filter(({ key }) => key.startsWith(`${kind}/`))
        .map(({ key, value }) => ({ key: key.slice(kind.length + 1), value }))
    this.#cameras.restore(of('camera'))
    this.#servers.restore(of('server'))
    this.#faces.restore(of('face'))
  }

  takeDirty(): readonly StateRow[] {
    return [
      ...as('camera', this.#cameras.takeDirty()),
      ...as('server', this.#servers.takeDirty()),
      ...as('face', this.#faces.takeDirty()),
    ]
  }

  counters(): Readonly<Record<string, number>> {
    return {
      'faces-below-threshold': this.#faces.below,
      'faces-without-resident': this.#faces.unnamed,
      'cameras-full': this.#cameras.refused,
    }
  }
  #json(message: ForeignMessage, take: (parsed: Json) => AdapterAnswer): AdapterAnswer {
    // Nothing of it is ever retained: what is, somebody else has put there.
    if (message.payload.length === 0 || message.retained) return noAnswer
    const text = payloadText(message.payload)
    const parsed = text === null ? undefined : parseJson(text)
    if (!isRecord(parsed))
      return { inputs: [], refusal: refuse('payload.not-json', (text ?? '').slice(0, 80)) }
    const refusal = checkTree(parsed)
    return refusal === null ? take(parsed) : { inputs: [], refusal }
  }

  /** What is known of a camera, and a voice that has introduced it where it is new; null where there are too many. */
  #meet(name: string, message: ForeignMessage, sentTs: number | null = null): Met | null {
    const known = this.#cameras.get(name)
    const device = known?.device ?? deviceId(this.#idPrefix, name)
    const voice = new DeviceVoice(device, message, { sentTs, kept: message.retained })
    if (known !== undefined) return { camera: known, voice }
    const camera: Camera = { device, values: {}, objects: {}, online: null }
    if (name === '' || !this.#cameras.set(name, camera)) return null
    voice.info(
      { type: 'frigate-camera', name: name.slice(0, 200), adapter: 'frigate' },
      message.client,
    )
    return { camera, voice }
  }

  #done(name: string, { camera, voice }: Met): AdapterAnswer {
    this.#cameras.set(name, camera)
    return answerOf(voice.inputs)
  }

  /** `online`, `stopped` on a clean stop, `offline` by the will: only the first looks. */
  #available(message: ForeignMessage): AdapterAnswer {
    const word = payloadText(message.payload)?.trim()
    if (word === '') return noAnswer
    if (word !== 'online' && word !== 'stopped' && word !== 'offline')
      return {
        inputs: [],
        refusal: refuse('payload.invalid', 'available is online, stopped or offline'),
      }
    const online = word === 'online'
    const voice = new DeviceVoice(this.#idPrefix, message, { kept: message.retained })
    if (this.#servers.get('server') === undefined)
      voice.info(
        { type: 'frigate', name: `Frigate ${this.#options.prefix}`, adapter: 'frigate' },
        message.client,
      )
    this.#servers.set('server', { online })
    voice.status(online)
    if (online) voice.beat()
    const inputs = [...voice.inputs]
    if (!online) for (const [name] of this.#cameras) inputs.push(...this.#blind(name, message))
    const ask = {
      topic: `${this.#options.prefix}/onConnect`,
      payload: '',
      retain: false,
      qos: 0 as const,
    }
    return { inputs, refusal: null, publish: online ? [ask] : [] }
  }

  /** Its objects never get an `end`; how many there are nobody knows. */
  #blind(name: string, message: ForeignMessage): readonly Input[] {
    const met = this.#meet(name, message)
    if (met === null) return []
    met.camera.objects = {}
    for (const reading of Object.keys(met.camera.values)) met.camera.values[reading] = null
    tellStatus(met, false)
    return this.#done(name, met).inputs
  }

  #event(parsed: Json, message: ForeignMessage): AdapterAnswer {
    const event = readEvent(parsed)
    if (event === null)
      return { inputs: [], refusal: refuse('payload.invalid', 'no event of Frigate') }
    const { type, after } = event
    const met = this.#meet(after.camera, message, after.frameAt)
    if (met === null) return noAnswer
    met.voice.beat()
    tellEvent(met.voice, met.camera, type, after, message.receivedAt)
    tellCounts(met.voice, met.camera)
    return this.#done(after.camera, met)
  }

  #candidate(parsed: Json, message: ForeignMessage): AdapterAnswer {
    const found = readCandidate(parsed)
    if (found === null) return noAnswer
    const met = this.#meet(found.camera, message, found.at)
    if (met === null) return noAnswer
    if (found.type === 'lpr') {
      const plate = normalisePlate(found.plate)
      met.voice.event('plate.seen', { plate, score: found.score }, `${found.id}\n${plate}`)
      return this.#done(found.camera, met)
    }
    const { name, score, at } = found
    const resident = this.#faces.take(name, score, met.camera.device, message.receivedAt)
    if (resident === null) return this.#done(found.camera, met)
    const { community, receivedAt } = message
    const ts = at === null ? receivedAt : deviceTime(at, receivedAt).ts
    const fact = { kind: 'identity', community, camera: met.camera.device, ts, receivedAt } as const
    met.voice.inputs.push({ ...fact, resident, similarity: score })
    return this.#done(found.camera, met)
  }

  /** The answer to `onConnect`: what is there now. What is missing has ended unheard. */
  #activity(parsed: Json, message: ForeignMessage): AdapterAnswer {
    const inputs: Input[] = []
    for (const [name, activity] of Object.entries(parsed).slice(0, camerasMax)) {
      const met = this.#meet(name, message)
      if (met === null) continue
      const present = readActivity(activity, name)
      met.camera.objects = {}
      for (const tracked of present) keep(met.camera, tracked, message.receivedAt)
      tellCounts(met.voice, met.camera)
      inputs.push(...this.#done(name, met).inputs)
    }
    return answerOf(inputs)
  }

  /** Each minute; a camera that gives no pictures shows it here first. */
  #stats(parsed: Json, message: ForeignMessage): AdapterAnswer {
    const inputs: Input[] = []
    const cameras = isRecord(parsed['cameras']) ? parsed['cameras'] : {}
    for (const [name, stats] of Object.entries(cameras).slice(0, camerasMax)) {
      const fps = isRecord(stats) ? parseNumber(stats['camera_fps']) : null
      const met = fps === null ? null : this.#meet(name, message)
      if (met === null || fps === null || !isRecord(stats)) continue
      const sees = fps >= 0.1 && stats['connection_quality'] !== 'unusable'
      tellStatus(met, sees)
      if (sees) met.voice.beat()
      inputs.push(...this.#done(name, met).inputs)
    }
    return answerOf(inputs)
  }

  #status(name: string, message: ForeignMessage): AdapterAnswer {
    const word = payloadText(message.payload)?.trim() ?? ''
    if (word !== 'online' && word !== 'offline' && word !== 'disabled') return noAnswer
    const met = this.#meet(name, message)
    if (met === null) return noAnswer
    // Somebody switched detection off: the camera is there, and nobody looks.
    tell(met.voice, met.camera.values, 'detecting', word === 'online')
    if (word !== 'disabled') tellStatus(met, word === 'online')
    return this.#done(name, met)
  }

  /** Pixels that move are nobody in the room: not our reading `motion`. */
  #motion(name: string, message: ForeignMessage): AdapterAnswer {
    const moves = parseBoolean(payloadText(message.payload))
    const met = moves === null ? null : this.#meet(name, message)
    if (met === null) return noAnswer
    met.voice.beat()
    tell(met.voice, met.camera.values, 'cameraMotion', moves)
    return this.#done(name, met)
  }
}

const as = (kind: string, rows: readonly StateRow[]): StateRow[] =>
  rows.map(({ key, value }) => ({ key: `${kind}/${key}`, value }))
