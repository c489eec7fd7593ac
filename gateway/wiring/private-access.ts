import { CodedError } from '../../contracts/errors.ts'
import type { Barriers } from '../access/barrier-guard.ts'
import type { PrivateAccess } from '../http/access-routes.ts'
import type { DoorGuard, FaceEntry } from '../model/access.ts'
import type { RosterView } from '../model/roster-view.ts'

/** What the private interface asks of faces, doors and barriers. */
export function privateAccess(deps: {
  readonly faces: FaceEntry | null
  readonly doors: DoorGuard
  readonly barriers: Barriers
  readonly roster: RosterView
}): PrivateAccess {
  const { doors, barriers, roster } = deps
  const faces = (): FaceEntry => {
    if (deps.faces === null) throw new CodedError('model.missing', 'no key for face templates')
    return deps.faces
  }
  return {
    enrol: (request) => faces().enrol(request),
    forget: (template) => faces().forget(template),
    count: () => faces().count(),
    openDoor: (device, request) => doors.open(device, request),
    openBarrier: (device, request) => barriers.open(device, request),
    reported: (community, device, report) =>
      roster.device(community, device)?.barrier == null
        ? doors.reported(community, device, report)
        : barriers.reported(community, device, report),
    parking: (community) => barriers.parking(community),
  }
}
