import type { StateRow } from '../../../model/engine.ts'
import type { Waiting } from '../../../model/due-heap.ts'
import type { DeviceBlock } from './device-block.ts'
import { type Entity, parseEntity } from './entity.ts'

export type Config = Readonly<Record<string, unknown>>

/** A device that somebody announced to Home Assistant. */
export class KnownDevice implements Waiting {
  readonly id: string
  readonly key: string
  aliases: readonly string[] = []
  name: string | null = null
  manufacturer: string | null = null
  model: string | null = null
  area: string | null = null
  /** What it names as `via_device`: an alias of another one. */
  via: string | null = null
  readonly entities = new Map<string, KnownEntity>()
  /** As last said. */
  online: boolean | null = null
  info = ''
  /** When the device itself began to announce its entities anew, and when that is over. */
  burstAt: number | null = null
  dueAt: number | null = null

  constructor(id: string) {
    this.id = id
    this.key = `d|${id}`
  }

  describe(block: DeviceBlock): void {
    this.aliases = [...new Set([...this.aliases, ...block.aliases])].slice(0, 32)
    this.name = block.name ?? this.name
    this.manufacturer = block.manufacturer ?? this.manufacturer
    this.model = block.model ?? this.model
    this.area = block.area ?? this.area
    this.via = block.via ?? this.via
  }

  row(): string {
    const { id, aliases, name, manufacturer, model, area, via } = this
    const { online, info, burstAt, dueAt } = this
    return JSON.stringify({
      id,
      aliases,
      name,
      manufacturer,
      model,
      area,
      via,
      online,
      info,
      burstAt,
      dueAt,
    })
  }
}

export type Value = boolean | number | string

/** An entity with its present state. */
export class KnownEntity implements Waiting {
  entity: Entity
  readonly device: KnownDevice
  readonly key: string
  /** The expanded config that it was made from. */
  config: Config
  /** What its values are called; unlike that of any other of the device, unless they are shared. */
  reading: string | null = null
  /** False when its producer no longer speaks of it. */
  announced = true
  /** When its device itself last announced it, not the broker's memory. */
  announcedAt = 0
  /** Null while unknown. */
  value: Value | null = null
  expired = false
  /** It has spoken since the start, other than from a broker's memory. */
  heardLive = false
  offAt: number | null = null
  expireAt: number | null = null
  dueAt: number | null = null

  constructor(device: KnownDevice, entity: Entity, config: Config) {
    this.device = device
    this.entity = entity
    this.config = config
    this.key = `e|${entity.key}`
  }

  /** The next moment at which something happens by itself. */
  plan(): void {
    const times = [this.offAt, this.expireAt].filter((at) => at !== null)
    this.dueAt = times.length === 0 ? null : Math.min(...times)
  }

  row(): string {
    const { entity, config, reading, announced, announcedAt } = this
    const { component, objectId } = entity
    return JSON.stringify({
      device: this.device.id,
      component,
      objectId,
      config,
      reading,
      announced,
      announcedAt,
    })
  }

  stateRow(): string {
    const { value, expired, offAt, expireAt } = this
    return JSON.stringify({ value, expired, offAt, expireAt })
  }
}

interface SavedEntity {
  readonly component: string
  readonly objectId: string
  readonly config: Config
}

/** Rows as they were saved: devices, entities, their states, words of availability topics. */
export interface Restored {
  readonly devices: readonly KnownDevice[]
  readonly words: ReadonlyMap<string, { text: string; at: number }>
}

const read = (value: string): Record<string, never> => JSON.parse(value) as Record<string, never>

export function restoreRows(rows: Iterable<StateRow>): Restored {
  const devices = new Map<string, KnownDevice>()
  const words = new Map<string, { text: string; at: number }>()
  const entities: { key: string; saved: Record<string, never> }[] = []
  const states = new Map<string, Record<string, never>>()
  for (const { key, value } of rows) {
    if (value === null) continue
    const saved = read(value)
    const name = key.slice(2)
    if (key.startsWith('d|'))
      devices.set(name, Object.assign(new KnownDevice(name), withoutId(saved)))
    else if (key.startsWith('e|')) entities.push({ key: name, saved })
    else if (key.startsWith('s|')) states.set(name, saved)
    else if (key.startsWith('a|')) words.set(name, saved as unknown as { text: string; at: number })
  }
  for (const { key, saved } of entities) {
    const device = devices.get(saved['device'] ?? '')
    if (device === undefined) continue
    const { component, objectId, config } = saved as unknown as SavedEntity
    const entity = parseEntity(key, component, objectId, config)
    const known = new KnownEntity(device, entity, config)
    Object.assign(
      known,
      {
        reading: saved['reading'],
        announced: saved['announced'],
        announcedAt: saved['announcedAt'],
      },
      states.get(key),
    )
    device.entities.set(key, known)
  }
  return { devices: [...devices.values()], words }
}

function withoutId(saved: Record<string, never>): object {
  const { id: _id, ...rest } = saved
  return rest
}
