import { CodedError } from '../../contracts/errors.ts'
import type { RosterDevice } from '../../contracts/roster.ts'

/** Up to the last `@`: a password may hold `/`, also where it should not. */
const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)([^?#]*)@([^/?#]*)/i
const secretInQuery = /([?&][^=&#]*(?:pass|pwd|token|secret|auth|key)[^=&#]*=)[^&#]*/gi
const hidden = '***'

/** A camera's address as people and machines may see it: what signs in to the camera is struck out. */
const shownSource = (source: string): string =>
  source.replace(userInfo, `$1${hidden}@$3`).replaceAll(secretInQuery, `$1${hidden}`)

/** A device as an answer shows it; the box is told the whole. */
export function shownDevice<T extends Pick<RosterDevice, 'camera'>>(device: T): T {
  const { camera } = device
  if (camera === null) return device
  const { source, subSource } = camera
  const shown = {
    ...camera,
    source: source === null ? null : shownSource(source),
    ...(typeof subSource === 'string' ? { subSource: shownSource(subSource) } : {}),
  }
  return { ...device, camera: shown }
}

/**
 * What a client means that sends back what it was shown: the password that is stored, for the same host
 * only, so that nobody has it sent elsewhere.
 */
export function meantSource(given: string, stored: string | null | undefined): string {
  if (typeof stored === 'string' && given === shownSource(stored)) return stored
  const [, scheme, user, host] = userInfo.exec(given) ?? []
  if (user !== hidden) return given
  const [, oldScheme, oldUser, oldHost] = userInfo.exec(stored ?? '') ?? []
  if (oldUser === undefined || oldScheme !== scheme || oldHost !== host) {
    throw new CodedError('request.invalid', `source: ${hidden} stands for no password of this host`)
  }
  return given.replace(userInfo, (_all, head: string, _user, rest: string) => {
    return `${head}${oldUser}@${rest}`
  })
}
