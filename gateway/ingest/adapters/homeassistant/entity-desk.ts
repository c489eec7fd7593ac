import { createHash } from 'node:crypto'
import type { Input } from '../../../model/input.ts'
import type { ForeignMessage } from '../adapter.ts'
import type { Said } from './entity-state.ts'
import type { KnownDevice, KnownEntity, Value } from './known.ts'
import type { Registry } from './registry.ts'

/** What a message says of an entity becomes its state, and what is news of it an input. */
export class EntityDesk {
  readonly #community: string
  readonly #registry: Registry
  readonly #say: (input: Input) => void
  readonly counts = { misfits: 0, retainedEvents: 0 }

  constructor(community: string, registry: Registry, say: (input: Input) => void) {
    this.#community = community
    this.#registry = registry
    this.#say = say
  }

  said(
    known: KnownEntity,
    said: Said,
    { topic, receivedAt, retained, payload }: ForeignMessage,
  ): void {
    const { entity } = known
    if (!retained) known.heardLive = true
    switch (said.kind) {
      case 'ignored':
        if (said.misfit) this.counts.misfits++
        return
      case 'event':
        if (retained) this.counts.retainedEvents++
        else
          this.#event(
            known,
            said,
            receivedAt,
            `${topic} ${receivedAt} ${Buffer.from(payload).toString('base64')}`,
          )
        return
      case 'unknown':
        known.value = null
        known.offAt = null
        break
      case 'value':
        // Sent on and on and never off: every one is a new sight.
        if (entity.offDelayMs !== null && said.value === true && !retained) {
          known.offAt = receivedAt + entity.offDelayMs
          known.value = known.value === null ? null : false
        }
        this.set(known, said.value, receivedAt, retained)
        break
    }
    known.expired = false
    known.expireAt =
      entity.expireAfterMs === null || retained ? known.expireAt : receivedAt + entity.expireAfterMs
    if (retained && entity.expireAfterMs !== null)
      known.expireAt ??= receivedAt + entity.expireAfterMs
    known.plan()
    this.#registry.due.schedule(known)
    this.#registry.saveState(known)
  }

  /** Takes a value over and says it where it is news. */
  set(known: KnownEntity, value: Value, receivedAt: number, retained: boolean): void {
    const { entity, device, reading } = known
    const before = known.value
    known.value = value
    if (reading === null || (value === before && (retained || typeof value === 'boolean'))) return
    const shared = entity.meaning?.shared === true && typeof value === 'boolean'
    const told = shared ? anyOf(device, reading) : value
    if (shared && told !== value) return
    // The first value after nothing is where things stand, not something that happened; but a fire is a fire.
    const baseline =
      before === null && typeof value === 'boolean' && entity.meaning?.lifeSafety !== true
    this.#say({
      kind: 'reading',
      community: this.#community,
      device: device.id,
      name: reading,
      ts: receivedAt,
      seq: null,
      value: told,
      receivedAt,
      clockMarked: false,
      ...(retained || baseline ? { retained: true as const } : {}),
    })
  }

  /** One message as such: it was alive. */
  beat(device: KnownDevice, receivedAt: number): void {
    const { id } = device
    this.#say({
      kind: 'beat',
      community: this.#community,
      device: id,
      ts: receivedAt,
      seq: null,
      receivedAt,
    })
  }

  #event(
    { device, entity }: KnownEntity,
    { type, data }: Extract<Said, { kind: 'event' }>,
    receivedAt: number,
    said: string,
  ): void {
    const id = createHash('sha256').update(`${entity.key} ${said}`).digest('hex').slice(0, 32)
    this.#say({
      kind: 'event',
      community: this.#community,
      device: device.id,
      id: `ha:${id}`,
      ts: receivedAt,
      type: type.slice(0, 64),
      data: { ...data, entity: entity.name },
      receivedAt,
    })
  }
}

function anyOf(device: KnownDevice, reading: string): boolean {
  for (const known of device.entities.values())
    if (known.reading === reading && known.value === true && known.announced) return true
  return false
}
