import type { RosterDevice } from '../../contracts/roster.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { Cause } from './entry.ts'

/** Devices that one thing could take down together. */
export interface Group {
  readonly key: string
  readonly kind: Cause['kind']
  readonly community: string
  /** Parent's id, name of the place, type; empty for the community. */
  readonly of: string
  /** Device ids. */
  readonly members: readonly string[]
}

const parentsMax = 8
/** Place names are long, keys are not. */
const keyPartMax = 120

/** Who hangs together, from the roster: by parent, place, type and community. */
export class Groups {
  readonly #roster: RosterView
  #groups = new Map<string, { readonly group: Group; readonly members: string[] }>()

  constructor(roster: RosterView) {
    this.#roster = roster
  }

  build(): void {
    this.#groups = new Map()
    const approved = [...this.#roster.devices()].filter(({ state }) => state === 'approved')
    approved.sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const device of approved)
      for (const { key, kind, of } of namesOf(device)) {
        const { community } = device
        let known = this.#groups.get(key)
        if (known === undefined) {
          const members: string[] = []
          known = { group: { key, kind, community, of, members }, members }
          this.#groups.set(key, known)
        }
        known.members.push(device.id)
      }
  }

  /** Those of a device, the widest first; a parent's before those that only look alike. */
  of(device: RosterDevice): Group[] {
    return namesOf(device).flatMap(({ key }) => this.#groups.get(key)?.group ?? [])
  }

  /** Parent, its parent, and so on; none where they run in a ring, so that nobody waits for itself. */
  parents(device: RosterDevice): string[] {
    const parents: string[] = []
    let at: RosterDevice | null = device
    while (at?.via !== undefined && at.via !== null && parents.length < parentsMax) {
      if (at.via === device.id || parents.includes(at.via)) return []
      parents.push(at.via)
      at = this.#roster.device(device.community, at.via)
    }
    return parents
  }

  named(key: string): Group | null {
    return this.#groups.get(key)?.group ?? null
  }

  childrenOf(community: string, id: string): readonly string[] {
    return this.#groups.get(viaKey(community, id))?.group.members ?? []
  }
}

/** Of the cause that is what `parent` carries. */
export const viaKey = (community: string, parent: string): string =>
  `device.offline:${community}:via/${parent}`

/** Keys of causes are dedupe keys of anomalies; a slash stands in no device id. */
function namesOf(
  device: RosterDevice,
): { readonly key: string; readonly kind: Cause['kind']; readonly of: string }[] {
  const { community, via = null, place, type } = device
  const key = (kind: string, of: string): string =>
    `device.offline:${community}:${kind}/${of.slice(0, keyPartMax)}`
  return [
    { key: key('all', ''), kind: 'community', of: '' },
    ...(via === null ? [] : [{ key: viaKey(community, via), kind: 'via' as const, of: via }]),
    ...(place === null
      ? []
      : [{ key: key('place', place.name), kind: 'place' as const, of: place.name }]),
    { key: key('type', type), kind: 'type', of: type },
  ]
}
