import { CodedError } from '../../contracts/errors.ts'
import type { Unit } from '../../contracts/http/org.ts'

/** Deeper than any organisation; a longer path goes round. */
const depthMax = 16

/** The unit, then what it lies below, up to the top. Empty for a unit that is not there. */
export function unitPath(units: readonly Unit[], id: string | null): string[] {
  const path: string[] = []
  for (let at = id; at !== null && path.length < depthMax; ) {
    const unit = units.find((one) => one.id === at)
    if (unit === undefined || path.includes(unit.id)) break
    path.push(unit.id)
    at = unit.parent
  }
  return path
}

/** Refuses a parent that is not there, that lies below the unit, or that is too deep. */
export function checkParent(units: readonly Unit[], id: string, parent: string | null): void {
  if (parent === null) return
  const path = unitPath(units, parent)
  if (path.length === 0) throw new CodedError('request.invalid', `no unit ${parent}`)
  if (path.includes(id)) throw new CodedError('org.unit-ring', `${id} below ${parent}`)
  if (path.length >= depthMax)
    throw new CodedError('request.invalid', `more than ${depthMax} levels`)
}

/** Communities that a unit lies in or that lie in it: who has to do with one of them knows of it. */
export function communitiesOf(units: readonly Unit[], id: string): string[] {
  const own = new Set(unitPath(units, id))
  return units
    .filter(({ kind }) => kind === 'community')
    .map((community) => community.id)
    .filter((community) => own.has(community) || unitPath(units, community).includes(id))
}
