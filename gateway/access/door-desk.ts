import type { AccessHolder } from '../../contracts/access.ts'
import { type Clock, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { CommandOutcome } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { AccessFact, AlarmFact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import { refusal as refuse } from './decide-credential.ts'
import { type Decision, type Door, rightsFault } from './decide-door.ts'
import { DoorIndex, doorKey } from './door-index.ts'
import { areaOf, type PassageBook } from './passback.ts'
import type { Actuator } from './relay-actuator.ts'

export interface DoorGuardDeps {
  readonly roster: RosterView
  readonly clock: Clock
  /** Milliseconds of a clock that is never set, as `performance.now`; that of `FaceProof.at`. */
  readonly monotonic: () => number
  readonly logger: Logger
  readonly actuator: Actuator
  /** Commits the decision to the durable log: history, an event for others, and a sign of life. */
  readonly record: (fact: AccessFact) => Promise<void>
  readonly alarm: (fact: AlarmFact) => void
  /** `config.access.pictureLivenessAcceptedBy`. */
  readonly pictureLivenessAcceptedBy: string | null
  /** Shared with barriers; restored from the access engine before the first event. */
  readonly passages: PassageBook
}

export interface DoorGuardOptions {
  /** Of the community, for schedules, minutes east of UTC. */
  readonly utcOffsetMinutes: number
  readonly unlockTtlMs: number
}

/** How a decision becomes an opened door and a record: the unlock first, then the writing. */
export class DoorDesk {
  readonly deps: DoorGuardDeps
  readonly index: DoorIndex
  readonly #options: DoorGuardOptions
  readonly count = { granted: 0, denied: 0, stale: 0, unconfirmed: 0 }

  constructor(deps: DoorGuardDeps, options: DoorGuardOptions) {
    this.deps = deps
    this.#options = options
    this.index = new DoorIndex(deps)
  }

  /** Who it is stands fixed: now what the door asks besides, and then it opens. */
  pass(
    door: Door,
    method: Decision['method'],
    holder: AccessHolder,
    confidence?: number,
  ): Promise<void> {
    const { clock, passages, roster } = this.deps
    const { device, settings } = door
    const now = clock()
    const { utcOffsetMinutes } = this.#options
    const fault = rightsFault(door, holder, roster, { now, utcOffsetMinutes })
    if (fault !== null) return this.deny(door, refuse(method, fault, holder))
    const repeats = this.#isRepeat(door, holder, now)
    if (repeats && settings.antiPassback === 'hard')
      return this.deny(door, refuse(method, 'anti-passback', holder))
    this.unlock(device)
    const fact: AccessFact = {
      ...this.fact(device, { method, reason: repeats ? 'anti-passback' : 'ok' }),
      holder,
      ...(settings.direction === 'both' ? {} : { direction: settings.direction }),
      ...(confidence === undefined ? {} : { confidence }),
    }
    passages.note(fact, areaOf(device))
    return this.write(fact)
  }

  approved(community: string, id: string): RosterDevice {
    const device = this.deps.roster.device(community, id)
    if (device === null || device.state !== 'approved')
      throw new CodedError('not-found', `door ${id}`)
    return device
  }

  deny({ device, settings }: Door, decision: Decision): Promise<void> {
    this.count.denied += 1
    const { direction } = settings
    return this.write({
      ...this.fact(device, decision),
      granted: false,
      holder: decision.holder,
      ...(direction === 'both' ? {} : { direction }),
    })
  }

  stale(door: Door, method: Decision['method']): Promise<void> {
    this.count.stale += 1
    this.deps.logger.warn({ door: door.device.id }, 'what came is stale, the door stays shut')
    return this.deny(door, refuse(method, 'event-stale'))
  }

  fact(
    { community, id }: RosterDevice,
    { method, reason }: { readonly method: Decision['method']; readonly reason: string },
  ): AccessFact {
    const now = this.deps.clock()
    const when = { ts: now, receivedAt: now, granted: true, holder: null }
    return { kind: 'access', community, door: id, ...when, reason, method }
  }

  async act(device: RosterDevice): Promise<CommandOutcome> {
    const { settings } = this.index.door(device)
    const args = { seconds: settings.openMs / secondMs }
    return this.deps.actuator.act(device, 'door.unlock', args, this.#options.unlockTtlMs)
  }

  unlock(device: RosterDevice): void {
    const { logger } = this.deps
    this.act(device).then(
      (outcome) => {
        if (outcome.outcome === 'done') return
        this.count.unconfirmed += 1
        logger.warn({ door: device.id, outcome }, 'door did not confirm the unlock')
      },
      (error: unknown) => {
        this.count.unconfirmed += 1
        logger.error({ door: device.id, error: String(error) }, 'unlock could not be sent')
      },
    )
  }

  /** A decision that cannot be written is still one: the door has opened, and the log says so. */
  async write(fact: AccessFact): Promise<void> {
    try {
      await this.keep(fact)
    } catch (error) {
      this.deps.logger.error({ ...fact, error: String(error) }, 'a decision was not recorded')
    }
  }

  /** Rejects where it could not be written. */
  keep(fact: AccessFact): Promise<void> {
    if (fact.granted) this.count.granted += 1
    return this.deps.record(fact)
  }

  #isRepeat({ device, settings }: Door, holder: AccessHolder, now: number): boolean {
    const { direction, antiPassback } = settings
    if (antiPassback === 'off' || direction === 'both') return false
    const area = areaOf(device)
    const back = direction === 'in' ? 'out' : 'in'
    const wayBack = this.index.hasWay(device.community, area, back)
    const at = { area, direction, wayBack }
    return this.deps.passages.isRepeat(device.community, holder, at, now)
  }
}

export const keyOf = ({ device }: Door): string => doorKey(device.community, device.id)
