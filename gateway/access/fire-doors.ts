import type { RosterDevice } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'

export interface FireDoorsDeps {
  readonly roster: RosterView
  /** Unlocks for as long as the door's `openMs`. */
  readonly unlock: (device: RosterDevice) => void
  /** Once per fire and door. */
  readonly opened: (device: RosterDevice) => void
}

/** Doors that stand open because of fire: unlocked at once and again each `openMs`, until the input is quiet. */
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
      if (device.community !== community || device.door?.fireInput !== input) continue
      const key = `${community}/${device.id}`
      if (device.state !== 'approved' || this.#burning.has(key)) continue
      this.#unlock(key, device, `${community}/${input}`)
      this.#deps.opened(device)
    }
  }

  close(): void {
    for (const key of this.#burning.keys()) this.#end(key)
  }

  #unlock(key: string, device: RosterDevice, input: string): void {
    this.#deps.unlock(device)
    const everyMs = device.door?.openMs ?? 5_000
    const timer = setTimeout(() => {
      // The settings may have changed meanwhile; a door that is gone is told nothing.
      const { community, id } = device
      const now = this.#deps.roster.device(community, id)
      const stands = now?.door != null && `${community}/${now.door.fireInput}` === input
      if (stands && now.state === 'approved') this.#unlock(key, now, input)
      else this.#end(key)
    }, everyMs)
    this.#burning.set(key, { input, timer })
  }

  #end(key: string): void {
    clearTimeout(this.#burning.get(key)?.timer)
    this.#burning.delete(key)
  }
}
