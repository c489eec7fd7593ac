import type { ErrorCode } from '../../contracts/errors.ts'
import type { RosterCredential } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import { maySubscribe, refusePublish } from './access-list.ts'
import type { FirstSeenBook } from './broker.ts'
import { sameCredential } from './credential-check.ts'
import { type Route, routeOf } from './intake.ts'

export interface Grant {
  readonly route: Route
  readonly refusal: ErrorCode | null
}

export interface PeerLimits {
  /** Messages a second of one connection before it is slowed down, never below the contract's floor. */
  readonly messagesPerSecondMax: number
  /** Refused messages within a minute before the connection is closed. */
  readonly offencesPerMinuteMax: number
}

const grantsMax = 256

/** One connection: who it is, what it may do, how fast it goes and how often it offends. */
export class Peer {
  readonly credential: RosterCredential
  readonly #roster: RosterView
  readonly #firstSeen: FirstSeenBook | null
  readonly #limits: PeerLimits
  #grants = new Map<string, Grant>()
  #rosterVersion: number
  #valid = true
  #tokens: number
  #tokensAt: number
  #offences = 0
  #offencesSince: number

  constructor(
    credential: RosterCredential,
    deps: { readonly roster: RosterView; readonly firstSeen: FirstSeenBook | null },
    limits: PeerLimits,
    now: number,
  ) {
    this.credential = credential
    this.#roster = deps.roster
    this.#firstSeen = deps.firstSeen
    this.#limits = limits
    this.#rosterVersion = deps.roster.version
    this.#tokens = limits.messagesPerSecondMax
    this.#tokensAt = now
    this.#offencesSince = now
  }

  /** Whether the roster still holds this very credential and its device is not blocked. */
  isValid(): boolean {
    if (this.#roster.version !== this.#rosterVersion) this.recheck()
    const { community, device } = this.credential
    return (
      this.#valid &&
      (device === null || this.#roster.device(community, device)?.state !== 'blocked')
    )
  }

  /** Asks the roster anew: it has changed, whatever its version says. */
  recheck(): void {
    this.#rosterVersion = this.#roster.version
    this.#grants = new Map()
    const current = this.#roster.credential(this.credential.username)
    this.#valid = current !== null && sameCredential(current, this.credential)
  }

  /** What a publish to the topic comes to; kept per topic, as a device has few of them. */
  grant(topic: string): Grant {
    if (this.#roster.version !== this.#rosterVersion) this.isValid()
    const known = this.#grants.get(topic)
    if (known !== undefined) return known
    const refusal = this.isValid()
      ? refusePublish(this.credential, topic, this.#roster, this.#firstSeen)
      : 'mqtt.not-allowed'
    const grant = { route: routeOf(topic), refusal }
    // The topic of a frame carries its time and never comes back.
    if (grant.route.topic?.captureMs != null) return grant
    if (this.#grants.size >= grantsMax) this.#grants = new Map()
    this.#grants.set(topic, grant)
    return grant
  }

  maySubscribe(filter: string): boolean {
    return this.isValid() && maySubscribe(this.credential, filter, this.#roster, this.#firstSeen)
  }

  /** Counts a message; returns for how long its acknowledgement must wait, ms, mostly 0. */
  throttleMs(now: number): number {
    const rate = this.#limits.messagesPerSecondMax
    if (this.#tokens < 1) {
      const elapsed = Math.max(0, now - this.#tokensAt)
      this.#tokens = Math.min(rate, this.#tokens + (elapsed * rate) / 1_000)
      this.#tokensAt = now
    }
    this.#tokens--
    return this.#tokens >= 0 ? 0 : Math.min(5_000, Math.ceil((-this.#tokens * 1_000) / rate))
  }

  /** Counts an offence; true when there were too many within a minute. */
  offend(now: number): boolean {
    if (now - this.#offencesSince > 60_000) {
      this.#offences = 0
      this.#offencesSince = now
    }
    return ++this.#offences > this.#limits.offencesPerMinuteMax
  }
}
