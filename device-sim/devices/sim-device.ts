import type { DeviceInfo } from '../../contracts/payloads.ts'
import { limits } from '../../contracts/limits.ts'
import type { DeviceSpec } from '../community/catalog.ts'
import type { Random } from '../random.ts'
import type { DeviceLink } from './link.ts'
import { type DeviceState, measure, type NumberedReading, type Values } from './measure.ts'
import type { Moment } from './routine.ts'

/** One simulated device: its state, the alarms that are held on it, and its connection. */
export class SimDevice {
  readonly spec: DeviceSpec
  readonly #link: DeviceLink
  readonly #seed: Random
  #state: DeviceState
  #held: Values = {}
  #lastReading: NumberedReading | null = null
  #silent = false
  /** Readings handed to the connection, for the log. */
  sent = 0

  constructor(spec: DeviceSpec, link: DeviceLink, seed: Random, state: DeviceState) {
    this.spec = spec
    this.#link = link
    this.#seed = seed
    this.#state = state
  }

  get state(): DeviceState {
    return this.#state
  }
  get link(): DeviceLink {
    return this.#link
  }

  /** Takes all readings up to `to` and delivers them in arrays of at most 1,000 (QoS 1). */
  async deliver(to: number, moments: readonly Moment[]): Promise<void> {
    if (this.#silent) return
    const taken = measure(this.spec, this.#state, to, moments, this.#seed, this.#held)
    this.#state = taken.state
    await this.#publish(taken.readings)
  }

  /** Notices something now: one reading of its own, next in `seq`. */
  async notice(values: Values, nowMs: number): Promise<void> {
    if (this.#silent) return
    const ts = Math.max(nowMs, this.#state.lastTs + 1)
    const reading = { ts, seq: this.#state.seq + 1, values: { ...values, ...this.#held } }
    this.#state = { ...this.#state, seq: reading.seq, lastTs: ts }
    await this.#publish([reading])
  }

  /** From now on every reading carries these values instead of its own. */
  hold(values: Values): void {
    this.#held = { ...this.#held, ...values }
  }
  release(): void {
    this.#held = {}
  }

  get lastReading(): NumberedReading | null {
    return this.#lastReading
  }
  /** A reading once more, byte for byte: what QoS 1 allows a network to do. */
  async redeliver(reading: NumberedReading): Promise<void> {
    await this.#link.send('telemetry', JSON.stringify(reading))
  }

  /** Measures nothing from now on; the connection may stay. */
  silence(): void {
    this.#silent = true
  }

  async #publish(readings: readonly NumberedReading[]): Promise<void> {
    const messages: Promise<void>[] = []
    for (let at = 0; at < readings.length; at += limits.readingsPerMessageMax) {
      const batch = readings.slice(at, at + limits.readingsPerMessageMax)
      const [only] = batch
      messages.push(this.#link.send('telemetry', JSON.stringify(batch.length === 1 ? only : batch)))
    }
    if (readings.length === 1) this.#lastReading = readings[0] ?? null
    this.sent += readings.length
    await Promise.all(messages)
  }
}

/** The retained `info` of a device; some do not say how often they report. */
export function describe(spec: DeviceSpec, saysInterval: boolean): string {
  const info: DeviceInfo = {
    type: spec.type,
    name: spec.name,
    model: spec.model,
    place: spec.place,
    capabilities: [...(spec.capabilities ?? Object.keys(spec.resting))],
    ...(spec.intervalMs === null || !saysInterval ? {} : { intervalMs: spec.intervalMs }),
  }
  return JSON.stringify(info)
}
