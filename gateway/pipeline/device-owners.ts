import type { Database } from 'better-sqlite3'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { Input } from '../model/input.ts'

/** Who brought a device in, and how it described itself last. */
export interface Owned {
  readonly adapter: string
  readonly rank: number
  readonly info: DeviceInfo
}

type OfDevice = Extract<Input, { device: string }>

const devicesPerAdapterMax = 5_000
const owner = 'adapters'

/**
 * Which adapter a foreign device belongs to. A device that two adapters know (a zigbee2mqtt device is also
 * announced to Home Assistant) exists once: the more specific adapter has it, whoever came first.
 */
export class DeviceOwners {
  readonly #put
  readonly #remove
  readonly #owned = new Map<string, Owned>()
  readonly #counts = new Map<string, number>()
  #dirty = new Set<string>()
  /** Inputs of devices that another, more specific adapter has. */
  twins = 0
  /** Inputs of devices that have not described themselves. */
  unannounced = 0
  /** Devices that an adapter may not bring in any more. */
  refused = 0

  constructor(db: Database) {
    this.#put = db.prepare<[string, string, string]>(
      'INSERT INTO engine_state VALUES (?, ?, ?) ON CONFLICT (engine, key) DO UPDATE SET value = excluded.value',
    )
    this.#remove = db.prepare<[string, string]>(
      'DELETE FROM engine_state WHERE engine = ? AND key = ?',
    )
    const rows = db
      .prepare<[string], { key: string; value: string }>(
        'SELECT key, value FROM engine_state WHERE engine = ? ORDER BY key',
      )
      .all(owner)
    for (const { key, value } of rows) this.#set(key, JSON.parse(value) as Owned)
  }

  find(community: string, device: string): Owned | null {
    return this.#owned.get(`${community}/${device}`) ?? null
  }

  count(community: string, adapter: string): number {
    return this.#counts.get(`${community}/${adapter}`) ?? 0
  }

  /** Whether an adapter may say this; an `info` makes the device its own, a `gone` lets it go. */
  admits(input: OfDevice, by: { readonly name: string; readonly rank: number }): boolean {
    const key = `${input.community}/${input.device}`
    const owned = this.#owned.get(key)
    if (input.kind === 'info') return this.#claim(key, owned, input.info, by)
    if (owned === undefined) {
      this.unannounced++
      return false
    }
    if (owned.adapter !== by.name) {
      this.twins++
      return false
    }
    if (input.kind === 'gone') this.#drop(key)
    return true
  }

  save(): void {
    for (const key of this.#dirty) {
      const owned = this.#owned.get(key)
      if (owned === undefined) this.#remove.run(owner, key)
      else this.#put.run(owner, key, JSON.stringify(owned))
    }
    this.#dirty = new Set()
  }

  #claim(
    key: string,
    owned: Owned | undefined,
    info: DeviceInfo,
    { name, rank }: { readonly name: string; readonly rank: number },
  ): boolean {
    if (owned !== undefined && owned.adapter !== name && owned.rank <= rank) {
      this.twins++
      return false
    }
    const [community = ''] = key.split('/')
    if (owned?.adapter !== name && this.count(community, name) >= devicesPerAdapterMax) {
      this.refused++
      return false
    }
    if (owned !== undefined) this.#drop(key)
    this.#set(key, { adapter: name, rank, info })
    this.#dirty.add(key)
    return true
  }

  #set(key: string, owned: Owned): void {
    this.#owned.set(key, owned)
    this.#tally(key, owned.adapter, 1)
  }

  #drop(key: string): void {
    const owned = this.#owned.get(key)
    if (owned === undefined) return
    this.#owned.delete(key)
    this.#tally(key, owned.adapter, -1)
    this.#dirty.add(key)
  }

  #tally(key: string, adapter: string, by: number): void {
    const [community = ''] = key.split('/')
    const counted = `${community}/${adapter}`
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + by)
  }
}
