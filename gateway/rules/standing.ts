import type { ClearEffect, Effect, RaiseEffect } from '../model/effect.ts'

/** A rule about something, whose anomaly may stand. */
export interface Stander {
  readonly anomalyKey: string
}

/** Who says that an anomaly stands, by its key: two rules may speak of one. */
export class Standing {
  readonly #byKey = new Map<string, Set<Stander>>()

  get size(): number {
    return this.#byKey.size
  }

  raised(who: Stander, effect: RaiseEffect): Effect[] {
    this.add(who)
    return [effect]
  }

  /** The anomaly is over when the last rule that speaks of it says so. */
  cleared(who: Stander, effect: ClearEffect): Effect[] {
    const standing = this.#byKey.get(effect.key)
    standing?.delete(who)
    if (standing !== undefined && standing.size > 0) return []
    this.#byKey.delete(effect.key)
    return [effect]
  }

  /** Told by a state that was restored. */
  add(who: Stander): void {
    const standing = this.#byKey.get(who.anomalyKey)
    if (standing === undefined) this.#byKey.set(who.anomalyKey, new Set([who]))
    else standing.add(who)
  }
}
