import type { AccessHolder, AccessReason } from '../../contracts/access.ts'
import type { FaceProof } from '../model/access.ts'
import type { Door } from './decide-door.ts'

export interface FaceQuestion {
  readonly proof: Pick<FaceProof, 'livenessScore'>
  /** What the door's own terminal said of the face within its time; null: nothing. */
  readonly terminalLive: boolean | null
  /** The same resident's PIN was typed within its time. */
  readonly pinGiven: boolean
}

export type FaceVerdict =
  | { readonly open: true; readonly method: 'face' | 'face+pin' }
  | { readonly open: false; readonly method: 'face' | 'face+pin'; readonly reason: AccessReason }

/**
 * Whether a recognised face opens, alone or with its PIN. Pure. Alone it needs somebody who vouches that it
 * is alive: the door's terminal; else our models must have spoken (`livenessScore`), before a person
 * who watches the door or with a named person's acceptance (`doorOf` has taken `face` away without it).
 */
export function decideFace(
  { settings, methods, fault }: Door,
  question: FaceQuestion,
): FaceVerdict {
  const { proof, terminalLive, pinGiven } = question
  const alone = methods.has('face')
  const withPin = methods.has('face+pin')
  if (!alone && !withPin) return { open: false, method: 'face', reason: 'method-not-allowed' }
  if (terminalLive === false) return { open: false, method: 'face', reason: 'face-not-live' }
  const alive =
    settings.liveness === 'terminal' ? terminalLive === true : proof.livenessScore !== null
  if (alone && alive) return { open: true, method: 'face' }
  if ((withPin || alone) && pinGiven) return { open: true, method: 'face+pin' }
  const missing = alone || fault === 'door.liveness-unaccepted'
  return missing
    ? { open: false, method: 'face', reason: 'face-liveness-missing' }
    : { open: false, method: 'face+pin', reason: 'pin-missing' }
}

/** Whom a proof names, as the roster knows them; null: nobody of this community. */
export function residentHolder(
  resident: { readonly id: string; readonly community: string; readonly name: string } | null,
  community: string,
): AccessHolder | null {
  if (resident === null || resident.community !== community) return null
  return { kind: 'resident', id: resident.id, name: resident.name }
}
