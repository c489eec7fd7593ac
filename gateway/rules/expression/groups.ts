import type { ScopeKind } from '../../../config/expression/expr.ts'
import type { RosterDevice } from '../../../contracts/roster.ts'
import type { RosterView } from '../../model/roster-view.ts'
import { type Source, Subject } from './source.ts'

export type GroupKind = Exclude<ScopeKind, 'device'>
const kinds: readonly GroupKind[] = ['household', 'place', 'stairwell', 'grid', 'community']

/** "3 号楼 2 单元 501" stands in the stairwell "3 号楼 2 单元"; null where a name tells of none. */
function stairwellOf(placeName: string): string | null {
  const match = /^.*?(?:单元|[Uu]nit \w+|[Ss]tair \w+)/.exec(placeName)
  return match === null ? null : match[0]
}

/** The id under which a device belongs to a group of each kind; null where it belongs to none. */
function groupId(kind: GroupKind, device: RosterDevice): string | null {
  const { household, place } = device
  switch (kind) {
    case 'household':
      return household
    case 'place':
      return place?.name ?? null
    case 'stairwell':
      return place === null ? null : stairwellOf(place.name)
    case 'grid':
      return place?.grid ?? null
    case 'community':
      return device.community
  }
}

/** Devices that were heard of, by household, place, stairwell, grid and community. */
export class Groups {
  readonly #roster: RosterView
  readonly #groups = new Map<string, Subject>()

  constructor(roster: RosterView) {
    this.#roster = roster
  }

  /** Puts a source into its groups; returns those that it was not in before. */
  join(source: Source): Subject[] {
    const joined: Subject[] = []
    source.groups = {}
    for (const kind of kinds) {
      const id = groupId(kind, source.device)
      if (id === null) continue
      const group = this.#group(kind, source, id)
      source.groups[kind] = group
      if (insert(group.members, source)) joined.push(group)
    }
    return joined
  }

  clear(): void {
    for (const group of this.#groups.values()) group.members.length = 0
  }

  /** Of a saved state; null where nobody is in it. */
  find(kind: string, community: string, id: string): Subject | null {
    const group = this.#groups.get(`${kind}/${community}/${id}`)
    return group === undefined || group.members.length === 0 ? null : group
  }

  #group(kind: GroupKind, { community, device }: Source, id: string): Subject {
    const key = `${kind}/${community}/${id}`
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = new Subject(kind, community, id, null)
      this.#groups.set(key, group)
    }
    if (kind === 'household') group.place = this.#roster.household(id)?.place ?? device.place
    else if (kind === 'community') group.place = null
    else group.place = device.place === null ? null : { ...device.place, name: id }
    return group
  }
}

/** By id, so that an order of arrival shows nowhere. False where it was in already. */
function insert(members: Source[], source: Source): boolean {
  let low = 0
  let high = members.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((members[middle]?.id ?? '') < source.id) low = middle + 1
    else high = middle
  }
  if (members[low] === source) return false
  members.splice(low, 0, source)
  return true
}
