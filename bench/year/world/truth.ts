import type { Journey } from './journeys.ts'

export type Whereabouts = 'home' | 'out' | 'away' | 'down'
export type FoundBy = 'alarm' | 'visitor' | 'partner' | 'carer' | 'guest' | 'chance'

export interface Emergency {
  readonly elder: string
  /** When they stopped acting, and their last act before that, true time. */
  readonly at: number
  readonly lastActAt: number
  endedAt: number | null
  foundBy: FoundBy | null
}

interface Change {
  readonly at: number
  readonly where: Whereabouts
  readonly journey: Journey | null
}

/** What really happened, for the judge alone. */
export class Truth {
  readonly emergencies: Emergency[] = []
  readonly #changes = new Map<string, Change[]>()

  note(elder: string, at: number, where: Whereabouts, journey: Journey | null = null): void {
    const changes = this.#changes.get(elder)
    if (changes === undefined) this.#changes.set(elder, [{ at, where, journey }])
    else changes.push({ at, where, journey })
  }

  fell(elder: string, at: number, lastActAt: number): void {
    this.emergencies.push({ elder, at, lastActAt, endedAt: null, foundBy: null })
    this.note(elder, at, 'down')
  }

  found(elder: string, at: number, by: FoundBy): void {
    const emergency = this.emergencies.findLast((item) => item.elder === elder)
    if (emergency === undefined || emergency.endedAt !== null) return
    emergency.endedAt = at
    emergency.foundBy = by
  }

  at(elder: string, at: number): Change {
    const found = this.#changes.get(elder)?.findLast((change) => change.at <= at)
    return found ?? { at: 0, where: 'home', journey: null }
  }
}
