import { Value } from 'typebox/value'
import type { AccessHolder } from '../../contracts/access.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { TerminalReport } from '../../contracts/http/access.ts'
import type { DeviceEvent } from '../../contracts/payloads.ts'
import type { CommandOutcome, OpenRequest } from '../../contracts/private-api.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { DoorGuard, FaceProof, FaceRefusal } from '../model/access.ts'
import { decideCredential, refusal as refuse } from './decide-credential.ts'
import type { Door } from './decide-door.ts'
import { decideFace, residentHolder } from './decide-face.ts'
import { spoofAlarm } from './door-alarms.ts'
import { DoorDesk, type DoorGuardDeps, type DoorGuardOptions, keyOf } from './door-desk.ts'
import { DoorPairing } from './door-pairing.ts'
import { PinLimit } from './door-pin-limit.ts'
import { RecentKeys } from './door-recent.ts'
import { FireDoors } from './fire-doors.ts'
import { areaOf } from './passback.ts'
import { type Presented, readPresented } from './presented-code.ts'
import { factOfReport } from './terminal-report.ts'

export type { DoorGuardDeps, DoorGuardOptions } from './door-desk.ts'

export interface Doors extends DoorGuard {
  /** A fire input was set or reset: its doors unlock, and again each `openMs` while it stands. */
  fire(community: string, device: string, active: boolean): void
  readonly stats: DoorStats
}

export interface DoorStats {
  readonly granted: number
  readonly denied: number
  readonly stale: number
  /** Events, reports and refusals that came again. */
  readonly repeats: number
  readonly pinRests: number
  readonly pinsRefused: number
  readonly unconfirmed: number
}

const defaults: DoorGuardOptions = { utcOffsetMinutes: 480, unlockTtlMs: 5 * secondMs }
/** An event older than this opens nothing: the person is no longer at the door. */
const staleAfterMs = 30 * secondMs
const proofStaleMs = 5 * secondMs
const eventKnownMs = 10 * minuteMs
/** A face that stays before the camera is refused on record so often. */
const refusedEveryMs = 10 * secondMs

/**
 * Doors. Works with the api down: it asks only the local roster. The unlock leaves before the decision is
 * written, so that a slow disk never keeps a door shut; nothing here waits for a detector.
 */
export const createDoorGuard = (
  deps: DoorGuardDeps,
  options: Partial<DoorGuardOptions> = {},
): Doors => new Guard(deps, { ...defaults, ...options })

class Guard implements Doors {
  readonly #deps: DoorGuardDeps
  readonly #desk: DoorDesk
  readonly #pairing = new DoorPairing()
  readonly #pins = new PinLimit()
  readonly #events = new RecentKeys(10_000)
  readonly #refusals = new RecentKeys(10_000)
  readonly #fires: FireDoors

  constructor(deps: DoorGuardDeps, options: DoorGuardOptions) {
    this.#deps = deps
    const desk = new DoorDesk(deps, options)
    this.#desk = desk
    this.#fires = new FireDoors({
      roster: deps.roster,
      listens: ({ door }) => (door == null ? null : { ...door, everyMs: door.openMs }),
      unlock: (device) => desk.unlock(device),
      opened: (device) => void desk.write(desk.fact(device, { method: 'fire', reason: 'fire' })),
    })
  }

  get stats(): DoorStats {
    const { rests: pinRests, refused: pinsRefused } = this.#pins.stats
    const repeats = this.#events.repeats + this.#refusals.repeats
    return { ...this.#desk.count, repeats, pinRests, pinsRefused }
  }

  proven(proof: FaceProof): void {
    const stale = this.#deps.monotonic() - proof.at > proofStaleMs
    for (const door of this.#desk.index.doorsOf(proof.community, proof.camera)) {
      if (!takesFaces(door)) continue
      if (stale) void this.#desk.stale(door, 'face')
      else {
        this.#pairing.face(keyOf(door), proof)
        this.#face(door, proof)
      }
    }
  }

  refused(refusal: FaceRefusal): void {
    const { community, camera, reason } = refusal
    const resident = refusal.resident === null ? null : this.#deps.roster.resident(refusal.resident)
    for (const door of this.#desk.index.doorsOf(community, camera)) {
      if (!takesFaces(door) || !this.#isNewRefusal(door, reason, '')) continue
      void this.#desk.deny(door, refuse('face', reason))
      if (reason === 'face-not-live')
        this.#deps.alarm(spoofAlarm(door.device, refusal, resident, this.#deps.clock()))
    }
  }

  async event(community: string, id: string, event: DeviceEvent): Promise<void> {
    const data = event.data ?? {}
    const at = this.#deps.monotonic()
    if (event.type === 'access.reported') {
      const report: unknown = { id: event.id, ts: event.ts, ...data }
      if (Value.Check(TerminalReport, report)) await this.reported(community, id, report)
      else this.#deps.logger.warn({ door: id }, 'a terminal reports in a shape that is not ours')
      return
    }
    const presented = event.type === 'credential.presented' ? readPresented(data) : null
    const live = event.type === 'terminal.liveness' ? data['live'] : null
    if (presented === null && typeof live !== 'boolean') return
    if (!this.#events.isNew(`event ${community}/${id} ${event.id}`, at, eventKnownMs)) return
    const device = this.#deps.roster.device(community, id)
    const isStale = Math.abs(this.#deps.clock() - event.ts) > staleAfterMs
    if (presented !== null) await this.#presented(community, id, device, presented, isStale)
    else if (typeof live === 'boolean' && device?.state === 'approved' && !isStale)
      this.#live(this.#desk.index.door(device), live, at)
  }

  async reported(community: string, id: string, report: TerminalReport): Promise<void> {
    const device = this.#desk.approved(community, id)
    const at = this.#deps.monotonic()
    const key = `report ${community}/${id} ${report.id}`
    if (!this.#events.isNew(key, at, 60 * minuteMs)) return
    if (report.live != null) this.#live(this.#desk.index.door(device), report.live, at)
    const fact = factOfReport(report, device, this.#deps.roster, this.#deps.clock())
    try {
      await this.#desk.keep(fact)
    } catch (error) {
      // Nothing was opened by us: the terminal is told that nothing was kept, and says it again.
      this.#events.forget(key)
      throw error
    }
    this.#deps.passages.note(fact, areaOf(device))
  }

  async open(id: string, request: OpenRequest): Promise<CommandOutcome> {
    const device = this.#desk.approved(request.community, id)
    const answer = this.#desk.act(device)
    const { reason, by } = request
    await this.#desk.write({ ...this.#desk.fact(device, { method: 'manual', reason }), by })
    return answer
  }

  fire(community: string, input: string, active: boolean): void {
    this.#fires.set(community, input, active)
  }

  async close(): Promise<void> {
    this.#fires.close()
  }

  async #presented(
    community: string,
    id: string,
    device: RosterDevice | null,
    presented: Presented,
    isStale: boolean,
  ): Promise<void> {
    const said = presented.visitor === null ? (presented.method ?? 'card') : 'qr'
    if (device === null || device.state !== 'approved') {
      const reason = device === null ? 'door-unknown' : 'door-not-approved'
      const now = this.#deps.clock()
      const where = { kind: 'access', community, door: id, ts: now, receivedAt: now } as const
      this.#desk.count.denied += 1
      return this.#desk.write({ ...where, ...refuse(said, reason) })
    }
    const door = this.#desk.index.door(device)
    if (isStale) return this.#desk.stale(door, said)
    return this.#credential(door, presented)
  }

  #credential(door: Door, presented: Presented): Promise<void> {
    const { clock, monotonic, passages, roster, logger } = this.#deps
    const at = monotonic()
    const { method, holder, fault } = decideCredential(
      door,
      {
        presented,
        now: clock(),
        entriesOf: (visitor) => passages.entriesOf(visitor),
        visitorByPin: (community, hash) => this.#desk.index.visitorByPin(community, hash, clock()),
      },
      roster,
    )
    if (method === 'pin' && this.#pins.rests(keyOf(door), at))
      return this.#desk.deny(door, refuse('pin', 'pin-wrong'))
    // Whatever the reader calls it: digits shown as a QR code are as good a guess as typed ones.
    const isGuess = fault === 'pin-wrong' || fault === 'card-unknown'
    if (isGuess && this.#pins.wrong(keyOf(door), at))
      logger.warn(
        { door: door.device.id },
        'too many wrong codes: the door takes no PIN for a while',
      )
    const pairs = method === 'pin' && !door.methods.has('pin') && takesFaces(door)
    if (!door.methods.has(method) && !pairs)
      return this.#desk.deny(door, refuse(method, 'method-not-allowed', holder))
    if (fault !== null || holder === null)
      return this.#desk.deny(door, refuse(method, fault ?? 'card-unknown', holder))
    if (pairs) return this.#secondFactor(door, holder, at)
    return this.#desk.pass(door, method, holder)
  }

  /** A PIN that opens only together with its owner's face, whichever comes first. */
  #secondFactor(door: Door, holder: AccessHolder, at: number): Promise<void> {
    const proof =
      holder.kind === 'resident' ? this.#pairing.faceOf(keyOf(door), holder.id, at) : null
    if (proof !== null) {
      this.#pairing.spend(keyOf(door), holder.id)
      return this.#desk.pass(door, 'face+pin', holder, proof.similarity)
    }
    if (holder.kind === 'resident') this.#pairing.pin(keyOf(door), holder.id, at)
    return this.#desk.deny(door, refuse('pin', 'method-not-allowed', holder))
  }

  #face(door: Door, proof: FaceProof): void {
    const { roster, monotonic } = this.#deps
    const key = keyOf(door)
    const at = monotonic()
    const holder = residentHolder(roster.resident(proof.resident), door.device.community)
    const verdict = decideFace(door, {
      proof,
      terminalLive: this.#pairing.liveOf(key, at),
      pinGiven: this.#pairing.pinOf(key, proof.resident, at),
    })
    if (holder === null) {
      if (this.#isNewRefusal(door, 'face-unknown', proof.resident))
        void this.#desk.deny(door, refuse('face', 'face-unknown'))
    } else if (verdict.open) {
      // The same face goes on being recognised while it walks in.
      const opened = `opened ${key} ${proof.resident}`
      const isNew = this.#refusals.isNew(opened, at, Math.max(door.settings.openMs, 3 * secondMs))
      this.#pairing.spend(key, holder.id)
      if (isNew) void this.#desk.pass(door, verdict.method, holder, proof.similarity)
    } else if (this.#isNewRefusal(door, verdict.reason, proof.resident))
      void this.#desk.deny(door, refuse(verdict.method, verdict.reason, holder))
  }

  /** What a terminal says of the face before it; a face that waited for it is looked at again. */
  #live(door: Door, live: boolean, at: number): void {
    this.#pairing.liveness(keyOf(door), live, at)
    const waiting = this.#pairing.waiting(keyOf(door), at)
    if (waiting !== null && takesFaces(door)) this.#face(door, waiting)
  }

  #isNewRefusal(door: Door, reason: string, who: string): boolean {
    const key = `${reason} ${keyOf(door)} ${who}`
    return this.#refusals.isNew(key, this.#deps.monotonic(), refusedEveryMs)
  }
}

const takesFaces = ({ methods }: Door): boolean => methods.has('face') || methods.has('face+pin')
