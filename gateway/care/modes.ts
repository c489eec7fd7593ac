import type { CareSettings } from '../../config/rules.ts'
import type { RosterView } from '../model/roster-view.ts'

export interface Shortened {
  readonly factor: number
  /** Since when it holds, our time. */
  readonly since: number
}

/** Heat wave and flood, which shorten the windows. They begin and end by declaration and by the clock. */
export class Modes {
  readonly #roster: RosterView
  readonly #settings: CareSettings
  #version = -1
  #active = ''
  #nextEdge: number | null = null

  constructor(roster: RosterView, settings: CareSettings) {
    this.#roster = roster
    this.#settings = settings
  }

  /** The mode that shortens most; null where none holds. */
  of(community: string, now: number): Shortened | null {
    let found: Shortened | null = null
    for (const { mode, from } of this.#roster.activeModes(community, now)) {
      const factor = this.#settings.modes[mode]?.windowFactor ?? 1
      if (factor < (found?.factor ?? 1)) found = { factor, since: from }
    }
    return found
  }

  /** When the next one begins or ends. */
  nextAt(): number | null {
    return this.#nextEdge
  }

  /** True when other modes hold than before: all deadlines are to be looked at again. */
  changed(now: number): boolean {
    const due = this.#nextEdge !== null && now >= this.#nextEdge
    if (this.#version === this.#roster.version && !due) return false
    this.#version = this.#roster.version
    const active: string[] = []
    this.#nextEdge = null
    for (const { id, from, to } of this.#roster.modes()) {
      if (from <= now && (to === null || now < to)) active.push(id)
      for (const edge of [from, to])
        if (edge !== null && edge > now && (this.#nextEdge === null || edge < this.#nextEdge))
          this.#nextEdge = edge
    }
    const before = this.#active
    this.#active = active.join()
    return before !== this.#active
  }
}
