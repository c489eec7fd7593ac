import type { Database } from 'better-sqlite3'
import type { DeviceHealth } from '../../contracts/device-health.ts'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { DeviceState, LastValue } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'

interface Row {
  readonly community: string
  readonly id: string
  readonly first_client: string
  readonly online: number | null
  readonly last_seen_at: number
  readonly info: string | null
  readonly announced: string | null
  readonly last_values: string
}

/** What is remembered of one device beside its readings. */
export interface DeviceEntry {
  readonly community: string
  readonly id: string
  /** User name of the credential by which it first came in. */
  readonly firstClient: string
  online: boolean | null
  lastSeenAt: number
  info: string | null
  /** The `info` with which the api was told of an unknown device; null before. */
  announced: string | null
  readonly lastValues: Map<string, LastValue>
  /** What the roster of this version says of it: asked for every reading, changed once a day. */
  standing: { readonly version: number; readonly state: RosterDevice['state'] | null } | null
}

export interface DeviceLimits {
  readonly devicesMax: number
  readonly namesPerDeviceMax: number
  /** Last values and times reach the disk this often, ms; everything else with its commit. */
  readonly flushEveryMs: number
}

const isKnown = (online: number | null): boolean | null => (online === null ? null : online === 1)

const isForeign = (info: string): boolean =>
  info.includes('"adapter"') && (JSON.parse(info) as DeviceInfo).adapter !== undefined

function entryOf(row: Row): DeviceEntry {
  return {
    community: row.community,
    id: row.id,
    firstClient: row.first_client,
    online: isKnown(row.online),
    lastSeenAt: row.last_seen_at,
    info: row.info,
    announced: row.announced,
    lastValues: new Map(Object.entries(JSON.parse(row.last_values) as Record<string, LastValue>)),
    standing: null,
  }
}

/** Last sign of life and last values per device; in memory, with a copy on disk that follows. */
export class DeviceBook {
  readonly #limits: DeviceLimits
  readonly #put
  readonly #remove
  readonly #devices = new Map<string, Map<string, DeviceEntry>>()
  #count = 0
  #dirty = new Set<DeviceEntry>()
  #urgent = new Set<DeviceEntry>()
  #flushedAt = 0
  /** Devices that are not remembered because there are too many. */
  refused = 0

  constructor(db: Database, limits: DeviceLimits) {
    this.#limits = limits
    this.#put = db.prepare<Row>(
      `INSERT OR REPLACE INTO device VALUES (@community, @id, @first_client, @online, @last_seen_at,
         @info, @announced, @last_values)`,
    )
    this.#remove = db.prepare<[string, string]>('DELETE FROM device WHERE community = ? AND id = ?')
    for (const row of db.prepare<[], Row>('SELECT * FROM device').all()) this.#add(entryOf(row))
  }

  /** The device's entry, made when it is new; null when the book is full. */
  meet(community: string, id: string, client: string, receivedAt: number): DeviceEntry | null {
    const known = this.#devices.get(community)?.get(id)
    if (known !== undefined) {
      if (receivedAt > known.lastSeenAt) known.lastSeenAt = receivedAt
      this.#dirty.add(known)
      return known
    }
    if (this.#count >= this.#limits.devicesMax) {
      this.refused++
      return null
    }
    const entry: DeviceEntry = {
      community,
      id,
      firstClient: client,
      online: null,
      lastSeenAt: receivedAt,
      info: null,
      announced: null,
      lastValues: new Map(),
      standing: null,
    }
    this.#add(entry)
    this.#urgent.add(entry)
    return entry
  }

  value(entry: DeviceEntry, name: string, point: LastValue): void {
    const known = entry.lastValues.get(name)
    if (known === undefined && entry.lastValues.size >= this.#limits.namesPerDeviceMax) return
    if (known !== undefined && known.ts > point.ts) return
    // A memory that says the same again makes nothing newer, and nothing that was live a memory.
    if (point.retained === true && known?.value === point.value) return
    entry.lastValues.set(name, point)
  }

  find(community: string, id: string): DeviceEntry | null {
    return this.#devices.get(community)?.get(id) ?? null
  }

  /** Nothing is left of it but its history. */
  forget(community: string, id: string): void {
    const entry = this.find(community, id)
    if (entry === null) return
    this.#devices.get(community)?.delete(id)
    this.#count--
    this.#dirty.delete(entry)
    this.#urgent.delete(entry)
    this.#remove.run(community, id)
  }

  /** The entry changed in a way that must reach the disk with this commit. */
  touch(entry: DeviceEntry): void {
    this.#urgent.add(entry)
  }

  /** After a restart nobody knows who is still connected. */
  forgetOnline(): void {
    for (const entry of this.all()) {
      if (entry.online !== true) continue
      entry.online = null
      this.touch(entry)
    }
  }

  /** The roster has changed, whatever its version says. */
  forgetStandings(): void {
    for (const entry of this.all()) entry.standing = null
  }

  flush(now: number, all = false): void {
    const everything = all || now - this.#flushedAt >= this.#limits.flushEveryMs
    for (const entry of this.#urgent) this.#write(entry)
    this.#urgent = new Set()
    if (!everything) return
    for (const entry of this.#dirty) this.#write(entry)
    this.#dirty = new Set()
    this.#flushedAt = now
  }

  *all(): Generator<DeviceEntry> {
    for (const devices of this.#devices.values()) yield* devices.values()
  }

  states(community: string, health: ReadonlyMap<string, DeviceHealth> = new Map()): DeviceState[] {
    return [...(this.#devices.get(community)?.values() ?? [])].map((entry) => ({
      id: entry.id,
      community,
      online: entry.online,
      lastSeenAt: entry.lastSeenAt,
      lastValues: Object.fromEntries(entry.lastValues),
      health: health.get(entry.id) ?? null,
    }))
  }

  /** Ids of those that an adapter described. */
  foreign(community: string): string[] {
    return [...(this.#devices.get(community)?.values() ?? [])]
      .filter(({ info }) => info !== null && info !== '' && isForeign(info))
      .map(({ id }) => id)
  }

  #add(entry: DeviceEntry): void {
    const devices = this.#devices.get(entry.community) ?? new Map<string, DeviceEntry>()
    this.#devices.set(entry.community, devices.set(entry.id, entry))
    this.#count++
  }

  #write(entry: DeviceEntry): void {
    this.#put.run({
      community: entry.community,
      id: entry.id,
      first_client: entry.firstClient,
      online: entry.online === null ? null : Number(entry.online),
      last_seen_at: entry.lastSeenAt,
      info: entry.info,
      announced: entry.announced,
      last_values: JSON.stringify(Object.fromEntries(entry.lastValues)),
    })
  }
}
