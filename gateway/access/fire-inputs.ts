import { minuteMs } from '../../contracts/clock.ts'
import type { RosterView } from '../model/roster-view.ts'

export interface FireReading {
  readonly community: string
  readonly device: string
  readonly name: string
  readonly ts: number
  readonly value: unknown
  readonly receivedAt: number
}

/** Readings that open doors and arms. */
export const fireReadings: ReadonlySet<string> = new Set(['fire', 'smoke', 'gas'])
/** Older than this on arrival it is history: it opens nothing, but it may end a fire. */
const lateMs = 10 * minuteMs

/** Which devices open doors or barriers by fire, and which of them stand in alarm. */
export class FireInputs {
  readonly #roster: RosterView
  #version = -1
  #inputs = new Set<string>()
  readonly #alarms = new Map<string, Set<string>>()
  /** Inputs whose alarm has been told to the doors of the roster as it is. */
  readonly #told = new Set<string>()

  constructor(roster: RosterView) {
    this.#roster = roster
  }

  /** Cheap: asked for every telemetry message. */
  isInput(community: string, device: string): boolean {
    this.#refresh()
    return this.#inputs.has(`${community}/${device}`)
  }

  /**
   * Whether the device stands in alarm from now on; null where nothing has changed. After a change of
   * the roster a standing alarm is told again: a door may listen to it since.
   */
  reading({ community, device, name, ts, value, receivedAt }: FireReading): boolean | null {
    if (!fireReadings.has(name) || typeof value !== 'boolean') return null
    if (!this.isInput(community, device)) return null
    if (value && receivedAt - ts > lateMs) return null
    const key = `${community}/${device}`
    const names = this.#alarms.get(key) ?? new Set<string>()
    const before = names.size > 0
    if (value) names.add(name)
    else names.delete(name)
    if (names.size > 0) this.#alarms.set(key, names)
    else this.#alarms.delete(key)
    const after = names.size > 0
    const isNews = before !== after || (after && !this.#told.has(key))
    if (after) this.#told.add(key)
    else this.#told.delete(key)
    return isNews ? after : null
  }

  #refresh(): void {
    if (this.#version === this.#roster.version) return
    this.#version = this.#roster.version
    this.#inputs = new Set()
    for (const { community, door, barrier } of this.#roster.devices())
      for (const input of [door?.fireInput, barrier?.fireInput])
        if (input != null) this.#inputs.add(`${community}/${input}`)
    this.#told.clear()
    // What nobody listens to any more is not heard when it becomes quiet.
    for (const key of this.#alarms.keys()) if (!this.#inputs.has(key)) this.#alarms.delete(key)
  }
}
