import type { Input } from '../../../model/input.ts'
import type { AdapterAnswer, ForeignMessage } from '../adapter.ts'
import { esphomeDeviceId } from '../device-id.ts'
import { refuse } from '../../payload-text.ts'
import { isAvailable } from './availability.ts'
import { describeDevice } from './describe.ts'
import type { DeviceBlock } from './device-block.ts'
import type { Announcement } from './discovery.ts'
import { EntityDesk } from './entity-desk.ts'
import { readState, type StatePayload } from './entity-state.ts'
import { KnownDevice, type KnownEntity } from './known.ts'
import { type Listeners, Registry } from './registry.ts'

type Announced = Extract<Announcement, { kind: 'announced' }>

/** How long after its last announcement a device has said all that it has, ms. */
const burstMs = 60_000

/** What announcements, states and time mean for devices: inputs in our own language. */
export class HomeAssistantDesk {
  readonly registry: Registry
  readonly #community: string
  readonly #adapter: string
  readonly #entities: EntityDesk
  readonly #counts = { unsupported: 0, migrated: 0, aged: 0 }
  #inputs: Input[] = []

  constructor(community: string, adapter: string) {
    this.#community = community
    this.#adapter = adapter
    this.registry = new Registry(community)
    this.#entities = new EntityDesk(
      community,
      this.registry,
      (input) => void this.#inputs.push(input),
    )
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts, ...this.#entities.counts }
  }

  announced(given: Announced, topic: string, message: ForeignMessage): AdapterAnswer {
    const { receivedAt, retained } = message
    const namesBefore = this.#namesOf(given.device)
    const device = this.registry.meet(given.device)
    if (device === null)
      return { inputs: [], refusal: refuse('payload.invalid', 'too many devices') }
    for (const known of this.registry.ofTopic(topic))
      if (known.device !== device) this.#drop(known, receivedAt)
    if (!retained && given.form === 'single') this.#burst(device, receivedAt)
    let full = false
    const present = new Set<string>()
    for (const { entity, config } of given.entities) {
      const known = this.registry.put(device, entity, config)
      full ||= known === null
      if (known === null) continue
      present.add(known.entity.key)
      if (!retained) known.announcedAt = receivedAt
      if (entity.problem !== null) this.#counts.unsupported++
    }
    for (const key of given.dropped) {
      const known = this.registry.entity(key)
      if (known !== undefined) this.registry.remove(known)
    }
    if (given.form === 'device') this.#notNamed(topic, present)
    this.#describe(device, receivedAt)
    if (device.aliases.length > namesBefore) this.#describeChildren(device, receivedAt)
    this.#judgeOnline(device, message)
    const refusal = full ? refuse('payload.invalid', 'too many entities on one device') : null
    return { inputs: this.#take(), refusal }
  }

  /** A component that only disappears is kept, and said to be no longer announced. */
  #notNamed(topic: string, present: ReadonlySet<string>): void {
    for (const known of this.registry.ofTopic(topic)) {
      if (present.has(known.entity.key) || !known.announced) continue
      known.announced = false
      this.registry.save(known)
    }
  }

  removed(topic: string, receivedAt: number): readonly Input[] {
    for (const known of this.registry.ofTopic(topic)) this.#drop(known, receivedAt)
    return this.#take()
  }

  /** "Unload it, keep my settings, a device form follows": neither a config nor a deletion. */
  migrated(topic: string, receivedAt: number): readonly Input[] {
    for (const known of this.registry.ofTopic(topic)) {
      this.#counts.migrated++
      known.announced = false
      this.registry.save(known)
      this.#describe(known.device, receivedAt)
    }
    return this.#take()
  }

  heard(listeners: Listeners, payload: StatePayload, message: ForeignMessage): readonly Input[] {
    const { topic, retained, receivedAt } = message
    const touched = new Set<KnownDevice>()
    if (listeners.availability.size > 0) {
      this.registry.hear(topic, { text: payload.text.slice(0, 1_024), at: receivedAt })
      for (const { device } of listeners.availability) touched.add(device)
    }
    for (const known of listeners.states) {
      touched.add(known.device)
      this.#entities.said(known, readState(known.entity, payload), message)
    }
    if (!retained && listeners.states.size > 0)
      for (const device of touched) this.#entities.beat(device, receivedAt)
    for (const device of touched) this.#judgeOnline(device, message)
    return this.#take()
  }

  /** A node says who it is: its name, before or after its entities. */
  espHome(
    node: { readonly mac: string; readonly name: string | null; readonly board: string | null },
    receivedAt: number,
  ): readonly Input[] {
    const block = {
      aliases: [`mac:${node.mac}`, node.mac],
      name: node.name,
      manufacturer: null,
      model: node.board,
      area: null,
      via: null,
      id: esphomeDeviceId(node.mac),
    }
    const namesBefore = this.#namesOf(block)
    const device = this.registry.meet(block)
    if (device !== null) {
      this.#describe(device, receivedAt)
      if (device.aliases.length > namesBefore) this.#describeChildren(device, receivedAt)
    }
    return this.#take()
  }

  tick(now: number): readonly Input[] {
    for (;;) {
      const thing = this.registry.due.takeDue(now)
      if (thing === null) return this.#take()
      if (thing instanceof KnownDevice) this.#burstOver(thing, now)
      else this.#timeUp(thing, now)
    }
  }

  #timeUp(known: KnownEntity, now: number): void {
    if (known.offAt !== null && known.offAt <= now) {
      known.offAt = null
      this.#entities.set(known, false, now, false)
    }
    if (known.expireAt !== null && known.expireAt <= now) {
      known.expireAt = null
      known.expired = true
      known.value = null
      this.#judgeOnline(known.device, { receivedAt: now, retained: false })
    }
    known.plan()
    this.registry.due.schedule(known)
    this.registry.saveState(known)
  }

  #drop(known: KnownEntity, receivedAt: number): void {
    const { device } = known
    this.registry.remove(known)
    if (device.entities.size > 0) {
      this.#describe(device, receivedAt)
      return
    }
    this.registry.forget(device)
    this.#inputs.push({
      kind: 'gone',
      community: this.#community,
      device: device.id,
      receivedAt,
      reason: 'removed',
    })
    this.#describeChildren(device, receivedAt)
  }

  #namesOf(block: DeviceBlock): number {
    return this.registry.find(block)?.aliases.length ?? 0
  }

  /** What they hang on has only now been announced, or has gone. */
  #describeChildren({ aliases, id }: KnownDevice, receivedAt: number): void {
    for (const child of this.registry.namingAsParent(aliases))
      if (child.id !== id) this.#describe(child, receivedAt)
  }

  #describe(device: KnownDevice, receivedAt: number): void {
    const info = describeDevice(device, this.#adapter, this.registry.parentOf(device))
    const text = JSON.stringify(info)
    if (text === device.info) return
    device.info = text
    this.registry.save(device)
    this.#inputs.push({
      kind: 'info',
      community: this.#community,
      device: device.id,
      info,
      client: this.#adapter,
      receivedAt,
    })
  }

  /** Online when any of it is to be had; offline when none is; unknown while nobody has said. */
  #judgeOnline(
    device: KnownDevice,
    { receivedAt, retained }: { readonly receivedAt: number; readonly retained: boolean },
  ): void {
    const each = [...device.entities.values()].map((known) => this.#isAvailable(known))
    const online = each.includes(true) ? true : each.includes(false) ? false : null
    if (online === null || online === device.online) return
    device.online = online
    this.registry.save(device)
    this.#inputs.push({
      kind: 'status',
      community: this.#community,
      device: device.id,
      online,
      retained,
      receivedAt,
    })
  }

  #isAvailable({ entity, expired, value, announced, heardLive }: KnownEntity): boolean | null {
    if (!announced) return null
    if (expired) return false
    // It speaks, so it is there, though nobody has said so.
    if (entity.availability !== null)
      return isAvailable(entity.availability, this.registry.words) ?? (heardLive ? true : null)
    return entity.expireAfterMs !== null && value !== null ? true : null
  }

  /** ESPHome announces all it has after each start; what it leaves out then is no longer in its firmware. */
  #burst(device: KnownDevice, now: number): void {
    if (!device.id.startsWith('esphome-')) return
    if (device.burstAt === null || (device.dueAt ?? 0) < now) device.burstAt = now
    device.dueAt = now + burstMs
    this.registry.due.schedule(device)
  }

  #burstOver(device: KnownDevice, now: number): void {
    const since = device.burstAt ?? now
    device.burstAt = null
    for (const known of device.entities.values()) {
      if (known.announcedAt >= since || !known.announced) continue
      known.announced = false
      known.value = null
      this.#counts.aged++
      this.registry.save(known)
    }
    this.#describe(device, now)
  }

  #take(): readonly Input[] {
    const inputs = this.#inputs
    this.#inputs = []
    return inputs
  }
}
