import type { RosterDevice } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'

export interface FireDoorsDeps {
  readonly roster: RosterView
  /** Which input opens the device, and how often it must be told; null where it is no door, or no barrier. */
  readonly listens: (
    device: RosterDevice,
  ) => { readonly fireInput: string | null; readonly everyMs: number } | null
  /** Unlocks a door for as long as its `openMs`, or lifts an arm. */
  readonly unlock: (device: RosterDevice) => void
  /** Once per fire and door. */
  readonly opened: (device: RosterDevice) => void
}

/** What stands open because of fire: opened at once and again before it shuts, until the input is quiet. */
export class FireDoors {
  readonly #deps: FireDoorsDeps
  readonly #burning = new Map<string, { readonly input: string; timer: NodeJS.Timeout }>()

  constructor(deps: FireDoorsDeps) {
    this.#deps = deps
  }

  set(community: string, input: string, active: boolean): void {
    if (!active) {
      for (const [key, burning] of this.#burning)
        if (burning.input === `${community}/${input}`) this.#end(key)
      return
    }
    for (const device of this.#deps.roster.devices()) {
      if (device.community !== community || !this.#listensTo(device, input)) continue
      const key = `${community}/${device.id}`
      if (device.state !== 'approved' || this.#burning.has(key)) continue
      this.#unlock(key, device, input)
      this.#deps.opened(device)
    }
  }

  close(): void {
    for (const key of this.#burning.keys()) this.#end(key)
  }

  #unlock(key: string, device: RosterDevice, input: string): void {
    this.#deps.unlock(device)
    const { everyMs = 5_000 } = this.#deps.listens(device) ?? {}
    const timer = setTimeout(() => {
      // The settings may have changed meanwhile; a door that is gone is told nothing.
      const { community, id } = device
      const now = this.#deps.roster.device(community, id)
      const stands = now?.state === 'approved' && this.#listensTo(now, input)
      if (stands) this.#unlock(key, now, input)
      else this.#end(key)
    }, everyMs)
    this.#burning.set(key, { input: `${device.community}/${input}`, timer })
  }

  #listensTo(device: RosterDevice, input: string): boolean {
    return this.#deps.listens(device)?.fireInput === input
  }

  #end(key: string): void {
    clearTimeout(this.#burning.get(key)?.timer)
    this.#burning.delete(key)
  }
}
