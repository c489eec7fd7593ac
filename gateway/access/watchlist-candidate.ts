import { minuteMs } from '../../contracts/clock.ts'
import type { RosterWatched } from '../../contracts/roster.ts'
import type { AlarmFact } from '../model/input.ts'
import type { FrameLook } from '../model/vision.ts'
import type { FaceTrack } from './face-follow.ts'

/** Frames of one face that must be near the same entry, and within which time, ms. */
const framesMin = 3
const windowMs = 6_000
const candidatesMax = 16
/** The same entry before the same camera is told again only after this, ms. */
const quietMs = 10 * minuteMs

export interface Candidate {
  readonly template: string
  readonly frames: number
  readonly similarity: number
}

/** Counts frames of one face near one entry; null until there are enough. `at`: monotonic ms. */
export function addCandidate(
  track: FaceTrack,
  near: { readonly template: string; readonly similarity: number } | null,
  at: number,
): Candidate | null {
  if (near === null) return null
  track.candidates = [...track.candidates, { ...near, at }]
    .filter((one) => at - one.at <= windowMs)
    .slice(-candidatesMax)
  const same = track.candidates.filter(({ template }) => template === near.template)
  if (same.length < framesMin) return null
  const similarity = same.reduce((sum, one) => sum + one.similarity, 0) / same.length
  return { template: near.template, frames: same.length, similarity }
}

/** Each entry once per camera and quiet time. */
export class CandidateDesk {
  readonly #lastAt = new Map<string, number>()

  isNew(entry: string, at: number): boolean {
    for (const [key, before] of this.#lastAt) if (at - before >= quietMs) this.#lastAt.delete(key)
    if (this.#lastAt.has(entry)) return false
    this.#lastAt.set(entry, at)
    return true
  }
}

/**
 * What a human is asked to compare (control C9). It names the entry and its authority, never a person
 * as found; nothing opens, closes or is decided by it.
 */
export function candidateAlarm(
  look: FrameLook,
  entry: RosterWatched,
  { frames, similarity }: Candidate,
  receivedAt: number,
): AlarmFact {
  const { community, camera } = look.frame
  const near = similarity.toFixed(2)
  const text = {
    zh: `画面中有人与比对名单条目「${entry.label}」相似（${frames} 帧，相似度 ${near}）。这只是待人工核实的线索，不是身份认定，系统不会据此开关门或作出决定。依据：${entry.authority}，文号 ${entry.documentNumber}。`,
    en: `Somebody looks like the watch-list entry "${entry.label}" (${frames} frames, similarity ${near}). This is a candidate for a human to confirm, not an identification; nothing opens, shuts or is decided by it. Authority: ${entry.authority}, document ${entry.documentNumber}.`,
  }
  return {
    kind: 'alarm',
    community,
    device: camera,
    type: 'watchlist.candidate',
    key: `watchlist.candidate/${community}/${entry.id}/${camera}`,
    ts: look.ts,
    receivedAt,
    title: {
      zh: '比对名单疑似，待人工核实',
      en: 'Watch-list candidate, to be confirmed by a human',
    },
    description: text,
    subject: null,
    evidence: [{ kind: 'event', device: camera, ts: look.ts, type: 'watchlist.candidate', text }],
    rule: { id: 'watchlist-candidate', version: '1' },
  }
}
