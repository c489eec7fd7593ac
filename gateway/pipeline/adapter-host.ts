import type { Database } from 'better-sqlite3'
import type { AdapterHealth } from '../../contracts/health.ts'
import { isSlug } from '../../contracts/ids.ts'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { Adapter, AdapterAnswer } from '../ingest/adapters/adapter.ts'
import type { StateRow } from '../model/engine.ts'
import { type ForeignWants, wantsNothing } from '../model/foreign.ts'
import type { IdentityFact, Input } from '../model/input.ts'
import { externalClient, type LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import { DeviceOwners } from './device-owners.ts'
import { usableInput } from './usable-input.ts'

/** Where foreign messages come from and who understands them. */
export interface ForeignParts {
  /** Of the box itself: what an external broker delivers belongs to it. */
  readonly community: string
  /** The adapters of a community, the most specific first. */
  readonly create: (community: string) => readonly Adapter[]
}

interface Seat {
  readonly adapter: Adapter
  readonly community: string
  /** Under which its state is kept. */
  readonly stateName: string
  /** The smaller, the more specific. */
  readonly rank: number
  messages: number
  inputs: number
  refused: number
  lastAt: number | null
}

const stateName = (adapter: Adapter, community: string): string =>
  `adapter:${adapter.name}:${community}`
const communitiesMax = 64

/**
 * Runs the adapters, one set for each community, and keeps their state in the transaction that commits
 * what they made of their messages.
 */
export class AdapterHost {
  readonly #parts: ForeignParts
  readonly #roster: RosterView
  readonly #owners: DeviceOwners
  readonly #seats = new Map<string, readonly Seat[]>()
  readonly #rows
  readonly #put
  readonly #remove
  #wants: ForeignWants = wantsNothing
  #wanted: readonly unknown[] = []
  /** Inputs that no device of this shape can have said; a bug of an adapter or a bound that bites. */
  unusable = 0
  /** People recognised by cameras that nobody has approved. */
  unvouched = 0

  constructor(db: Database, roster: RosterView, parts: ForeignParts) {
    this.#parts = parts
    this.#roster = roster
    this.#owners = new DeviceOwners(db)
    this.#rows = db.prepare<[string], StateRow>(
      'SELECT key, value FROM engine_state WHERE engine = ? ORDER BY key',
    )
    this.#put = db.prepare<[string, string, string]>(
      'INSERT INTO engine_state VALUES (?, ?, ?) ON CONFLICT (engine, key) DO UPDATE SET value = excluded.value',
    )
    this.#remove = db.prepare<[string, string]>(
      'DELETE FROM engine_state WHERE engine = ? AND key = ?',
    )
    const known = db
      .prepare<[], string>("SELECT DISTINCT engine FROM engine_state WHERE engine LIKE 'adapter:%'")
      .pluck()
      .all()
    const communities = known.map((name) => name.slice(name.lastIndexOf(':') + 1))
    for (const community of new Set([parts.community, ...communities])) this.#seatsOf(community)
  }

  /** Null where no adapter claims the topic. */
  apply(record: LogRecord): AdapterAnswer | null {
    const { topic, payload, client, receivedAt } = record
    const community =
      client === externalClient
        ? this.#parts.community
        : (this.#roster.credential(client)?.community ?? null)
    if (community === null) return null
    const retained = record.retain && client === externalClient
    const inputs: Input[] = []
    const publish: NonNullable<AdapterAnswer['publish']>[number][] = []
    let refusal: AdapterAnswer['refusal'] = null
    let claimed = false
    for (const seat of this.#seatsOf(community)) {
      if (!seat.adapter.claims(topic)) continue
      claimed = true
      seat.messages++
      seat.lastAt = receivedAt
      const message = { community, topic, payload, retained, client, receivedAt }
      const answer = seat.adapter.apply(message)
      if (answer.refusal !== null) seat.refused++
      refusal ??= answer.refusal
      this.#admit(seat, answer.inputs, inputs)
      if (answer.publish !== undefined) publish.push(...answer.publish)
    }
    return claimed ? { inputs, refusal, publish } : null
  }

  /** What time brings by itself. */
  tick(now: number): readonly Input[] {
    const inputs: Input[] = []
    for (const seats of this.#seats.values())
      for (const seat of seats)
        if (isDue(seat.adapter, now)) this.#admit(seat, seat.adapter.tick(now), inputs)
    return inputs
  }

  isDue(now: number): boolean {
    for (const seats of this.#seats.values())
      for (const { adapter } of seats) if (isDue(adapter, now)) return true
    return false
  }

  save(): void {
    for (const seats of this.#seats.values())
      for (const { adapter, stateName: name } of seats)
        for (const { key, value } of adapter.takeDirty())
          if (value === null) this.#remove.run(name, key)
          else this.#put.run(name, key, value)
    this.#owners.save()
  }

  /** How a device that an adapter brought in last described itself; null for any other. */
  described(community: string, device: string): DeviceInfo | null {
    return this.#owners.find(community, device)?.info ?? null
  }

  /** What is wanted of the broker; the same object until it changes. */
  wants(): ForeignWants {
    const lists = this.#everyAdapter().map((adapter) => ({
      filters: adapter.filters(),
      pictures: adapter.pictures?.() ?? wantsNothing.pictures,
      greetings: adapter.greetings?.() ?? wantsNothing.greetings,
    }))
    const wanted = lists.flatMap((list) => Object.values(list) as unknown[])
    const same =
      wanted.length === this.#wanted.length && wanted.every((list, at) => list === this.#wanted[at])
    if (same) return this.#wants
    this.#wanted = wanted
    this.#wants = {
      filters: [...new Set(lists.flatMap(({ filters }) => filters))],
      pictures: lists.flatMap(({ pictures }) => pictures),
      greetings: lists.flatMap(({ greetings }) => greetings),
    }
    return this.#wants
  }

  stats(): AdapterHealth[] {
    return [...this.#seats.values()].flat().map((seat) => ({
      name: seat.adapter.name,
      community: seat.community,
      devices: this.#owners.count(seat.community, seat.adapter.name),
      messages: seat.messages,
      inputs: seat.inputs,
      refused: seat.refused,
      lastAt: seat.lastAt,
      counters: { ...seat.adapter.counters?.() },
    }))
  }

  dropped(): Record<string, number> {
    return {
      'adapters.unusable': this.unusable,
      'adapters.unvouched': this.unvouched,
      'adapters.unannounced': this.#owners.unannounced,
      'adapters.devices-full': this.#owners.refused,
      'adapters.twin': this.#owners.twins,
    }
  }

  /** Whom a foreign camera has recognised counts once a person has approved that camera. */
  #mayVouch(seat: Seat, { community, camera }: IdentityFact): boolean {
    return (
      this.#owners.find(community, camera)?.adapter === seat.adapter.name &&
      this.#roster.device(community, camera)?.state === 'approved'
    )
  }

  #everyAdapter(): Adapter[] {
    return [...this.#seats.values()].flat().map(({ adapter }) => adapter)
  }

  #seatsOf(community: string): readonly Seat[] {
    const known = this.#seats.get(community)
    if (known !== undefined) return known
    if (this.#seats.size >= communitiesMax) return []
    const seats = this.#parts.create(community).map((adapter, rank) => {
      const name = stateName(adapter, community)
      adapter.restore(this.#rows.all(name))
      return { ...newSeat, adapter, community, stateName: name, rank }
    })
    this.#seats.set(community, seats)
    return seats
  }

  /** Lets through what is well formed and said by the adapter whose device it is. */
  #admit(seat: Seat, given: readonly Input[], into: Input[]): void {
    for (const input of given) {
      if (!usableInput(input) || ('device' in input && !isSlug(input.device))) {
        this.unusable++
        continue
      }
      if (input.kind === 'identity' && !this.#mayVouch(seat, input)) {
        this.unvouched++
        continue
      }
      const { rank } = seat
      if ('device' in input && !this.#owners.admits(input, { name: seat.adapter.name, rank }))
        continue
      seat.inputs++
      into.push(input)
    }
  }
}

const newSeat = { messages: 0, inputs: 0, refused: 0, lastAt: null }

function isDue(adapter: Adapter, now: number): boolean {
  const due = adapter.nextDueAt()
  return due !== null && due <= now
}
