import { leaves } from '../../contracts/topics.ts'

/**
 * Which kinds of topics any MQTT client has ever subscribed to. Telemetry mostly is nobody's, so its
 * way through the broker ends at the disk. It only grows: kept sessions come back without notice.
 */
export class WantedLeaves {
  readonly #wanted = new Set<string>()
  #foreign = false

  note(filter: string): void {
    const parts = filter.split('/')
    const leaf = parts[4]
    if (parts[0] !== 'linli') this.#foreign = true
    if (parts[0] !== 'linli' && parts[0] !== '+') return
    if (leaf !== undefined && leaf !== '+' && leaf !== '#') this.#wanted.add(leaf)
    // A wildcard in the place of the leaf, or before it, may stand for any.
    else if (parts.includes('+') || parts.includes('#'))
      for (const each of leaves) this.#wanted.add(each)
  }

  /** `null` is a foreign topic. */
  has(leaf: string | null): boolean {
    return leaf === null ? this.#foreign : this.#wanted.has(leaf)
  }
}
