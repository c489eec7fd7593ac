import { type BarrierSettings, defaultBarrier } from '../../contracts/access.ts'
import { type Clock, dayMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { ParkingAnswer, ParkingSession, TerminalReport } from '../../contracts/http/access.ts'
import { normalisePlate } from '../../contracts/plate.ts'
import type { CommandOutcome, OpenRequest } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { BarrierGuard } from '../model/access.ts'
import type { AccessFact, AlarmFact } from '../model/input.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { FrameLook } from '../model/vision.ts'
import { tailgatingAlarm } from './barrier-alarms.ts'
import { BarrierIndex } from './barrier-index.ts'
import { BarrierWatch } from './barrier-watch.ts'
import { decideVehicle, type VehicleDecision, visitorHolder } from './decide-vehicle.ts'
import { RecentKeys } from './door-recent.ts'
import { FireDoors } from './fire-doors.ts'
import { ParkingBook, passageOf } from './parking-book.ts'
import type { VotePlates } from './plate-approach.ts'

export interface BarrierGuardDeps {
  readonly roster: RosterView
  readonly clock: Clock
  readonly logger: Logger
  readonly act: (
    device: RosterDevice,
    name: 'barrier.open',
    args: Readonly<Record<string, unknown>>,
    ttlMs: number,
  ) => Promise<CommandOutcome>
  readonly record: (fact: AccessFact) => Promise<void>
  readonly alarm: (fact: AlarmFact) => void
  readonly vote: VotePlates
  /** Entries that a visitor has used, over doors and barriers. */
  readonly visitorEntries: (visitor: string) => number
}

export interface Barriers extends BarrierGuard {
  /** Sessions on disk, before the first frame. */
  restore(sessions: readonly ParkingSession[]): void
  /** A fire input was set or reset: its barriers open, and open again while it stands. */
  fire(community: string, device: string, active: boolean): void
  parking(community: string): ParkingAnswer
  readonly stats: { readonly decisions: number; readonly repeatedReports: number }
}

const openTtlMs = 5 * secondMs
const fireEveryMs = 5 * secondMs
const reportsMax = 10_000
const reportKnownMs = 60 * minuteMs
const skewMaxMs = 7 * dayMs

/** Barriers: decides about each car once, opens first and writes then. Works with the api down. */
export const createBarrierGuard = (deps: BarrierGuardDeps): Barriers => new Guard(deps)

class Guard implements Barriers {
  readonly #deps: BarrierGuardDeps
  readonly #book = new ParkingBook()
  readonly #index: BarrierIndex
  readonly #watches = new Map<string, BarrierWatch>()
  #rosterVersion = -1
  readonly #fires: FireDoors
  readonly #reports = new RecentKeys(reportsMax)
  readonly #count = { decisions: 0 }

  constructor(deps: BarrierGuardDeps) {
    this.#deps = deps
    this.#index = new BarrierIndex(deps.roster)
    this.#fires = new FireDoors({
      roster: deps.roster,
      listens: ({ barrier }) => (barrier == null ? null : { ...barrier, everyMs: fireEveryMs }),
      unlock: (device) => this.#command(device),
      opened: (device) => this.#write(this.#byUs(device, 'fire', 'fire')),
    })
  }

  get stats() {
    return { ...this.#count, repeatedReports: this.#reports.repeats }
  }

  restore(sessions: readonly ParkingSession[]): void {
    this.#book.restore(sessions)
  }

  looked(look: FrameLook): void {
    if (this.#deps.roster.version !== this.#rosterVersion) {
      this.#rosterVersion = this.#deps.roster.version
      for (const watch of this.#watches.values()) watch.listsChanged()
    }
    for (const device of this.#index.barriersOf(look.frame.community, look.frame.camera)) {
      const watch = this.#watchOf(device)
      // Our time: the clock of a camera may be days off, and passages follow each other in ours.
      const ts = look.frame.receivedAt
      const seen = watch.look(look.frame.camera, look.analysis.plates, look.at)
      if (seen.read !== null) {
        const { text, confidence } = seen.read
        const decision = this.#pass(device, text, ts, { method: 'plate', confidence })
        watch.decided(text, decision.granted, look.at)
      } else if (seen.again !== null) this.#command(device, seen.again)
      else if (seen.unreadable) this.#unreadable(device, ts)
      if (seen.tailgater !== null)
        this.#deps.alarm(tailgatingAlarm(device, seen.tailgater, ts, this.#deps.clock()))
    }
  }

  async reported(community: string, id: string, report: TerminalReport): Promise<void> {
    const device = this.#barrier(community, id)
    const now = this.#deps.clock()
    const key = `${community}/${id}/${report.id}`
    if (!this.#reports.isNew(key, now, reportKnownMs)) return
    const plate = report.plate == null ? null : normalisePlate(report.plate)
    const vehicle = plate === null ? null : this.#deps.roster.vehicleByPlate(community, plate)
    const visitor = plate === null ? null : this.#index.visitorWith(community, plate, now)
    const settings = device.barrier ?? defaultBarrier
    const direction =
      report.direction ?? (settings.direction === 'both' ? null : settings.direction)
    const { ts = now } = report
    const fact: AccessFact = {
      kind: 'access',
      community,
      door: id,
      ts: Math.abs(now - ts) <= skewMaxMs ? ts : now,
      granted: report.granted,
      holder: vehicle?.holder ?? (visitor === null ? null : visitorHolder(visitor)),
      reason: report.reason ?? (report.granted ? 'ok' : 'plate-unknown'),
      receivedAt: now,
      method: 'terminal',
      ...(plate === null ? {} : { plate }),
      ...(direction === null ? {} : { direction }),
    }
    try {
      await this.#deps.record(fact)
    } catch (error) {
      // It is told that nothing was kept, and comes again.
      this.#reports.forget(key)
      throw error
    }
    this.#remember(settings, fact)
  }

  async open(id: string, request: OpenRequest): Promise<CommandOutcome> {
    const device = this.#barrier(request.community, id)
    const { reason, by } = request
    const answer = this.#deps.act(device, 'barrier.open', {}, openTtlMs)
    this.#write({ ...this.#byUs(device, 'manual', reason), by })
    return answer
  }

  fire(community: string, input: string, active: boolean): void {
    this.#fires.set(community, input, active)
  }

  parking(community: string): ParkingAnswer {
    const parks = new Map<string, number | null>()
    for (const { community: of, barrier } of this.#deps.roster.devices()) {
      if (of !== community || barrier == null) continue
      parks.set(barrier.carPark, barrier.places ?? parks.get(barrier.carPark) ?? null)
    }
    return {
      carParks: [...parks].map(([id, places]) => {
        const taken = this.#book.taken(community, id)
        return {
          id,
          community,
          places,
          taken,
          free: places === null ? null : Math.max(0, places - taken),
        }
      }),
      sessions: this.#book.sessions(community),
    }
  }

  async close(): Promise<void> {
    this.#fires.close()
  }

  #byUs({ community, id }: RosterDevice, method: 'fire' | 'manual', reason: string): AccessFact {
    const now = this.#deps.clock()
    const when = { ts: now, receivedAt: now, granted: true, holder: null }
    return { kind: 'access', community, door: id, ...when, reason, method }
  }

  /** The command leaves before anything is written: a slow disk keeps no arm down. */
  #pass(
    device: RosterDevice,
    plate: string,
    ts: number,
    how: Pick<AccessFact, 'method' | 'confidence'>,
  ): VehicleDecision {
    const settings = device.barrier ?? defaultBarrier
    const { community, id } = device
    const { roster, visitorEntries, clock } = this.#deps
    const now = clock()
    const visitor = this.#index.visitorWith(community, plate, now)
    const decision = decideVehicle({
      barrier: id,
      settings,
      now,
      vehicle: roster.vehicleByPlate(community, plate),
      visitor,
      visitorEntries: visitor === null ? 0 : visitorEntries(visitor.id),
      inside: this.#book.inside(community, settings.carPark, plate) !== null,
      taken: this.#book.taken(community, settings.carPark),
    })
    if (decision.granted) this.#command(device, plate)
    this.#count.decisions += 1
    const { granted, holder, reason, direction, notice, irregular } = decision
    const fact: AccessFact = {
      kind: 'access',
      community,
      door: id,
      ts,
      granted,
      holder,
      reason,
      receivedAt: now,
      plate,
      direction,
      ...how,
      ...(notice ? { notice } : {}),
      ...(irregular ? { irregular } : {}),
    }
    this.#remember(settings, fact)
    this.#write(fact)
    return decision
  }

  #unreadable(device: RosterDevice, ts: number): void {
    this.#write({
      kind: 'access',
      community: device.community,
      door: device.id,
      ts,
      granted: false,
      holder: null,
      reason: 'plate-unreadable',
      receivedAt: this.#deps.clock(),
      method: 'plate',
    })
  }

  #remember({ carPark }: BarrierSettings, fact: AccessFact): void {
    const passage = passageOf(fact, carPark)
    if (passage === null) return
    this.#book.apply(passage)
    this.#book.takeForgotten()
  }

  /** `plate`: whose car waits for it; while it stands there an arm that does not confirm is told again. */
  #command(device: RosterDevice, plate: string | null = null): void {
    const { act, logger } = this.#deps
    const failed = (outcome: unknown): void => {
      logger.warn({ barrier: device.id, outcome }, 'barrier did not confirm')
      if (plate !== null) this.#watchOf(device).unconfirmed(plate)
    }
    act(device, 'barrier.open', {}, openTtlMs).then(
      (outcome) => {
        if (outcome.outcome !== 'done') failed(outcome)
      },
      (error: unknown) => failed(String(error)),
    )
  }

  #write(fact: AccessFact): void {
    this.#deps.record(fact).catch((error: unknown) => {
      this.#deps.logger.error({ barrier: fact.door, error: String(error) }, 'passage not recorded')
    })
  }

  #barrier(community: string, id: string): RosterDevice {
    const device = this.#deps.roster.device(community, id)
    if (device === null || device.state !== 'approved' || device.barrier == null)
      throw new CodedError('not-found', `barrier ${id}`)
    return device
  }

  #watchOf({ community, id }: RosterDevice): BarrierWatch {
    const key = `${community}/${id}`
    const known = this.#watches.get(key)
    if (known !== undefined) return known
    const made = new BarrierWatch(this.#deps.vote)
    this.#watches.set(key, made)
    return made
  }
}
