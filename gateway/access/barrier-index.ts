import type { RosterDevice, RosterVisitor } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import { meantVisit } from './meant-visit.ts'

/** Barriers by camera and visits by plate, made anew when the roster has changed: frames ask a hundred times a second. */
export class BarrierIndex {
  readonly #roster: RosterView
  #version = -1
  #byCamera = new Map<string, RosterDevice[]>()
  #byPlate = new Map<string, RosterVisitor[]>()

  constructor(roster: RosterView) {
    this.#roster = roster
  }

  /** Approved barriers that the camera looks at; a barrier that sends its own frames names itself. */
  barriersOf(community: string, camera: string): readonly RosterDevice[] {
    this.#refresh()
    return this.#byCamera.get(`${community}/${camera}`) ?? []
  }

  visitorWith(community: string, plate: string, now: number): RosterVisitor | null {
    this.#refresh()
    return meantVisit(this.#byPlate.get(`${community}/${plate}`) ?? [], now)
  }

  #refresh(): void {
    if (this.#version === this.#roster.version) return
    this.#version = this.#roster.version
    this.#byCamera = new Map()
    for (const device of this.#roster.devices()) {
      if (device.barrier == null || device.state !== 'approved') continue
      for (const camera of new Set([device.id, ...device.barrier.cameras])) {
        const key = `${device.community}/${camera}`
        this.#byCamera.set(key, [...(this.#byCamera.get(key) ?? []), device])
      }
    }
    this.#byPlate = new Map()
    for (const visitor of this.#roster.visitors()) {
      if (visitor.plate === null) continue
      const key = `${visitor.community}/${visitor.plate}`
      this.#byPlate.set(key, [...(this.#byPlate.get(key) ?? []), visitor])
    }
  }
}
