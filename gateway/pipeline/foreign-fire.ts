import { FireInputs, fireReadings } from '../access/fire-inputs.ts'
import type { Input, Reading } from '../model/input.ts'
import type { RosterView } from '../model/roster-view.ts'

/** Live readings of fire inputs that adapters made, at most as many as a batch has; taken after its commit. */
export class ForeignFire {
  readonly #roster: RosterView
  readonly #inputs: FireInputs
  #readings: Reading[] = []

  constructor(roster: RosterView) {
    this.#roster = roster
    this.#inputs = new FireInputs(roster)
  }

  /** What a broker remembers opens nothing. */
  note(input: Input): void {
    if (input.kind !== 'reading' || !fireReadings.has(input.name)) return
    const { community, device, retained } = input
    if (retained === true || !this.#inputs.isInput(community, device)) return
    if (this.#roster.device(community, device)?.state === 'approved') this.#readings.push(input)
  }

  take(): readonly Reading[] {
    const readings = this.#readings
    this.#readings = []
    return readings
  }
}
