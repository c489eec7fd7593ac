import type { PlateSeen } from '../../contracts/detections.ts'
import { secondMs } from '../../contracts/clock.ts'
import { type Approach, PlateFollower, type PlateVote, type VotePlates } from './plate-approach.ts'

export interface WatchOptions {
  /** A plate that was let through is the same passage for so long after it was last seen, ms. */
  readonly sameCarMs: number
  /** The arm is up for about so long after a command, ms. */
  readonly armUpMs: number
  /** A car that stands for so long without being read is one that nobody can read, ms. */
  readonly unreadableAfterMs: number
  /** Texts about which one car is decided: it cannot try plates until one fits. */
  readonly decisionsMax: number
}

export interface BarrierLook {
  /** To be decided about now. */
  readonly read: PlateVote | null
  readonly unreadable: boolean
  /** A car that was let through still stands there, and the arm has not said that it moved. */
  readonly again: string | null
  /** A car that was refused, or never asked, went through while the arm was up for another. */
  readonly tailgater: string | null
}

const defaults: WatchOptions = {
  sameCarMs: 30 * secondMs,
  armUpMs: 8 * secondMs,
  unreadableAfterMs: 3 * secondMs,
  decisionsMax: 3,
}

/** A car before an arm that does not answer is not told of for ever: then it is for people. */
const repeatsMax = 3
const camerasMax = 9

/** What the cameras of one barrier have seen lately: which plate is to be decided about, each car once. Monotonic ms. */
export class BarrierWatch {
  readonly #options: WatchOptions
  /** By camera: the pixels of one mean nothing to another. */
  readonly #followers = new Map<string, PlateFollower>()
  readonly #vote: VotePlates
  #front: Approach | null = null
  #passed: { readonly text: string; at: number } | null = null
  #armUpUntil = Number.NEGATIVE_INFINITY
  #unconfirmed = false
  #repeats = 0

  constructor(vote: VotePlates, options: Partial<WatchOptions> = {}) {
    this.#vote = vote
    this.#options = { ...defaults, ...options }
  }

  /** `at`: monotonic ms. */
  look(camera: string, plates: readonly PlateSeen[], at: number): BarrierLook {
    const { front, gone } = this.#followerOf(camera).update(plates, at)
    this.#front = front
    const tailgater = gone.map((car) => this.#tailgated(car)).find((text) => text !== null) ?? null
    const none = { read: null, unreadable: false, again: null, tailgater }
    if (front === null) return none
    if (front.granted) {
      if (this.#passed !== null) this.#passed.at = at
      return { ...none, again: this.#tellAgain(at) }
    }
    const vote = this.#vote(front.history)
    if (vote === null) return { ...none, unreadable: this.#isUnreadable(front, at) }
    if (this.#isSameCar(vote.text, at)) {
      front.granted = true
      return none
    }
    const asked = front.decided.includes(vote.text)
    const spent = front.decided.length >= this.#options.decisionsMax
    return asked || spent ? none : { ...none, read: vote }
  }

  /** What became of the `read` of the last look. */
  decided(text: string, granted: boolean, at: number): void {
    if (this.#front !== null) {
      this.#front.decided.push(text)
      this.#front.granted = granted
    }
    if (!granted) return
    this.#passed = { text, at }
    this.#armUpUntil = at + this.#options.armUpMs
    this.#unconfirmed = false
    this.#repeats = 0
  }

  /** The lists have changed: a car that was refused and still waits is decided about anew. */
  listsChanged(): void {
    if (this.#front !== null && !this.#front.granted) this.#front.decided.length = 0
  }

  /** The arm did not say that it moved for this car. */
  unconfirmed(text: string): void {
    if (this.#passed?.text === text) this.#unconfirmed = true
  }

  #tellAgain(at: number): string | null {
    if (!this.#unconfirmed || this.#repeats >= repeatsMax) return null
    this.#unconfirmed = false
    this.#repeats += 1
    this.#armUpUntil = at + this.#options.armUpMs
    return this.#passed?.text ?? null
  }

  #followerOf(camera: string): PlateFollower {
    const known = this.#followers.get(camera)
    if (known !== undefined) return known
    const made = new PlateFollower()
    // A barrier names eight cameras at most; others were taken off it.
    const [oldest] = this.#followers.keys()
    if (this.#followers.size >= camerasMax && oldest !== undefined) this.#followers.delete(oldest)
    this.#followers.set(camera, made)
    return made
  }

  #isSameCar(text: string, at: number): boolean {
    if (this.#passed?.text !== text || at - this.#passed.at > this.#options.sameCarMs) return false
    this.#passed.at = at
    return true
  }

  #isUnreadable(car: Approach, at: number): boolean {
    if (car.unreadable || car.history.length < 3) return false
    if (at - car.firstAt < this.#options.unreadableAfterMs) return false
    car.unreadable = true
    return true
  }

  /** It came up to the arm, was not let in, and vanished forward (its plate had grown) while the arm was up. */
  #tailgated(car: Approach): string | null {
    if (
      car.granted ||
      car.lastAt > this.#armUpUntil ||
      car.lastAt < this.#armUpUntil - this.#options.armUpMs
    )
      return null
    const first = car.history[0]
    const last = car.history.at(-1)
    if (first === undefined || last === undefined || car.history.length < 3) return null
    return last.boxPx[2] > first.boxPx[2] * 1.1 ? (car.decided.at(-1) ?? '') : null
  }
}
