import { DueHeap } from '../../../model/due-heap.ts'
import type { StateRow } from '../../../model/engine.ts'
import type { PictureTopic } from '../../../model/foreign.ts'
import type { Word } from './availability.ts'
import type { DeviceBlock } from './device-block.ts'
import { entitiesPerDeviceMax } from './discovery.ts'
import type { Entity } from './entity.ts'
import { type Config, KnownDevice, KnownEntity, restoreRows } from './known.ts'

const devicesMax = 2_000

/** Who listens to a topic. */
export interface Listeners {
  readonly states: Set<KnownEntity>
  readonly availability: Set<KnownEntity>
}

/** Everything announced in one community: devices by any of their names, entities by their topics. */
export class Registry {
  readonly #community: string
  readonly #devices = new Map<string, KnownDevice>()
  readonly #aliases = new Map<string, KnownDevice>()
  readonly #entities = new Map<string, KnownEntity>()
  readonly #topics = new Map<string, Listeners>()
  readonly words = new Map<string, Word>()
  readonly due = new DueHeap<KnownEntity | KnownDevice>()
  #dirty = new Map<string, () => string | null>()
  #topicList: readonly string[] | null = null
  #pictures: readonly PictureTopic[] | null = null
  /** Devices or entities beyond the bounds. */
  refused = 0

  constructor(community: string) {
    this.#community = community
  }

  restore(rows: Iterable<StateRow>): void {
    const { devices, words } = restoreRows(rows)
    for (const [topic, word] of words) this.words.set(topic, word)
    for (const device of devices) {
      this.#index(device)
      this.due.schedule(device)
      for (const entity of device.entities.values()) {
        this.#listen(entity)
        entity.plan()
        this.due.schedule(entity)
      }
    }
  }

  takeDirty(): readonly StateRow[] {
    const rows = [...this.#dirty].map(([key, value]) => ({ key, value: value() }))
    this.#dirty = new Map()
    return rows
  }

  listeners(topic: string): Listeners | undefined {
    return this.#topics.get(topic)
  }
  entity(key: string): KnownEntity | undefined {
    return this.#entities.get(key)
  }
  /** Entities of one discovery topic, in either form. */
  ofTopic(topic: string): KnownEntity[] {
    const single = this.#entities.get(topic)
    if (single !== undefined) return [single]
    const prefix = `${topic}#`
    return [...this.#entities.values()].filter(({ entity }) => entity.key.startsWith(prefix))
  }
  device(id: string): KnownDevice | undefined {
    return this.#devices.get(id)
  }

  /** Topics of all entities; the same array until they change. */
  topics(): readonly string[] {
    this.#topicList ??= [...this.#topics.keys()]
    return this.#topicList
  }

  pictures(): readonly PictureTopic[] {
    this.#pictures ??= [...this.#entities.values()].flatMap(({ entity, device }) =>
      entity.kind === 'picture' && entity.stateTopic !== null && entity.problem === null
        ? [
            {
              topic: entity.stateTopic,
              community: this.#community,
              camera: device.id,
              encoding: entity.base64 ? ('base64' as const) : ('bytes' as const),
            },
          ]
        : [],
    )
    return this.#pictures
  }

  /** The device that the block means, known by any of its names. */
  find({ aliases, id }: Pick<DeviceBlock, 'aliases' | 'id'>): KnownDevice | undefined {
    return (
      aliases.map((alias) => this.#aliases.get(alias)).find((each) => each !== undefined) ??
      this.#devices.get(id)
    )
  }

  /** What it reaches us through, once that has been announced too. */
  parentOf({ via, id }: KnownDevice): string | null {
    const parent = via === null ? undefined : this.#aliases.get(via)
    return parent === undefined || parent.id === id ? null : parent.id
  }

  /** Those that name one of these as what they hang on. */
  namingAsParent(aliases: readonly string[]): KnownDevice[] {
    return [...this.#devices.values()].filter(({ via }) => via !== null && aliases.includes(via))
  }

  /** As `find`, or a new one; null when there are too many. */
  meet(block: DeviceBlock): KnownDevice | null {
    const found = this.find(block)
    if (found === undefined && this.#devices.size >= devicesMax) {
      this.refused++
      return null
    }
    const device = found ?? new KnownDevice(block.id)
    device.describe(block)
    this.#index(device)
    this.save(device)
    return device
  }

  /** Null where the device has too many already. */
  put(device: KnownDevice, entity: Entity, config: Config): KnownEntity | null {
    const before = this.#entities.get(entity.key)
    if (before !== undefined && before.device !== device) this.remove(before)
    const twin = twinOf(device, entity)
    if (twin === null && device.entities.size >= entitiesPerDeviceMax) {
      this.refused++
      return null
    }
    const known = new KnownEntity(device, entity, config)
    // Listening first: words of topics that both listen to are kept.
    this.#listen(known)
    if (twin !== null) this.#inherit(known, twin)
    known.reading ??= freeReading(device, entity)
    device.entities.set(entity.key, known)
    this.#entities.set(entity.key, known)
    known.plan()
    this.due.schedule(known)
    this.save(known)
    this.saveState(known)
    return known
  }

  /** Told in another form, or with other topics, it is the same thing with the same past. */
  #inherit(known: KnownEntity, twin: KnownEntity): void {
    const { value, reading, offAt, expireAt, expired, heardLive, announcedAt } = twin
    Object.assign(known, { value, offAt, expireAt, expired, heardLive, announcedAt })
    if (twin.entity.meaning?.reading === known.entity.meaning?.reading) known.reading = reading
    this.remove(twin)
  }

  remove(known: KnownEntity): void {
    const { entity, device } = known
    device.entities.delete(entity.key)
    this.#entities.delete(entity.key)
    known.dueAt = null
    known.offAt = null
    known.expireAt = null
    for (const topic of topicsOf(entity)) {
      const listeners = this.#topics.get(topic)
      listeners?.states.delete(known)
      listeners?.availability.delete(known)
      if (listeners === undefined || listeners.states.size + listeners.availability.size > 0)
        continue
      this.#topics.delete(topic)
      if (this.words.delete(topic)) this.#dirty.set(`a|${topic}`, () => null)
    }
    this.#changed()
    this.#dirty.set(known.key, () => null)
    this.#dirty.set(`s|${entity.key}`, () => null)
  }

  /** With everything that named it. */
  forget(device: KnownDevice): void {
    for (const known of device.entities.values()) this.remove(known)
    for (const alias of device.aliases) this.#aliases.delete(alias)
    this.#devices.delete(device.id)
    device.dueAt = null
    this.#dirty.set(device.key, () => null)
  }

  hear(topic: string, word: Word): void {
    this.words.set(topic, word)
    this.#dirty.set(`a|${topic}`, () => {
      const last = this.words.get(topic)
      return last === undefined ? null : JSON.stringify(last)
    })
  }

  save(thing: KnownDevice | KnownEntity): void {
    this.#dirty.set(thing.key, () => thing.row())
  }
  saveState(known: KnownEntity): void {
    this.#dirty.set(`s|${known.entity.key}`, () => known.stateRow())
  }

  #index(device: KnownDevice): void {
    this.#devices.set(device.id, device)
    for (const alias of device.aliases) this.#aliases.set(alias, device)
    for (const known of device.entities.values()) this.#entities.set(known.entity.key, known)
  }

  #listen(known: KnownEntity): void {
    const { entity } = known
    const { stateTopic, availability, problem } = entity
    if (stateTopic !== null && problem === null) this.#at(stateTopic).states.add(known)
    for (const { topic } of availability?.topics ?? []) this.#at(topic).availability.add(known)
    this.#changed()
  }

  #at(topic: string): Listeners {
    const found = this.#topics.get(topic)
    if (found !== undefined) return found
    const listeners = { states: new Set<KnownEntity>(), availability: new Set<KnownEntity>() }
    this.#topics.set(topic, listeners)
    return listeners
  }

  #changed(): void {
    this.#topicList = null
    this.#pictures = null
  }
}

const topicsOf = ({ stateTopic, availability }: Entity): string[] => [
  ...(stateTopic === null ? [] : [stateTopic]),
  ...(availability?.topics ?? []).map(({ topic }) => topic),
]

/** The same config topic, or the same `unique_id` within the device: its old form gives way. */
function twinOf(device: KnownDevice, entity: Entity): KnownEntity | null {
  const same = device.entities.get(entity.key)
  if (same !== undefined) return same
  if (entity.uniqueId === null) return null
  for (const known of device.entities.values())
    if (known.entity.uniqueId === entity.uniqueId && known.entity.component === entity.component)
      return known
  return null
}

/** The plain name for the first; who comes later and is not shared bears its own beside it. */
function freeReading(device: KnownDevice, { meaning, objectId, component }: Entity): string | null {
  if (meaning === null) return null
  const taken = new Set<string>()
  for (const { reading, entity } of device.entities.values())
    if (reading !== null && !(meaning.shared && entity.meaning?.shared === true)) taken.add(reading)
  const names = [meaning.reading, `${meaning.reading}.${objectId}`, `${component}.${objectId}`]
  return (names.find((name) => !taken.has(name)) ?? meaning.reading).slice(0, 64)
}
