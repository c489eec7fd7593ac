import type { BoxPx } from '../../contracts/detections.ts'
import type { FaceProof, FaceRefusal } from '../model/access.ts'
import type { AlarmFact, IdentityFact } from '../model/input.ts'
import type { FaceSeen, FrameLook } from '../model/vision.ts'
import { addSight, FaceFollower, type FaceTrack } from './face-follow.ts'
import { IdentityDesk } from './face-identity.ts'
import { judgeFace } from './face-judge.ts'
import { matchFace } from './face-match.ts'
import { PosterMemory } from './face-poster.ts'
import { similarityThreshold } from './face-threshold.ts'
import type { GalleryBook } from './gallery-book.ts'
import { addCandidate, candidateAlarm, CandidateDesk } from './watchlist-candidate.ts'

export interface FaceCameraDeps {
  readonly book: GalleryBook
  readonly clock: () => number
  readonly proven: (proof: FaceProof) => void
  readonly refused: (refusal: FaceRefusal) => void
  readonly identified: (fact: IdentityFact) => void
  /** A candidate of the watch-list; it is told to people and opens nothing. */
  readonly alarm: (fact: AlarmFact) => void
  /** Left out: no picture of a refused stranger is kept. */
  readonly keepStranger?: (look: FrameLook, boxPx: BoxPx) => void
  /** Whether somebody who is refused before this camera stands at a door. */
  readonly isAtDoor: (look: FrameLook) => boolean
  readonly falseAcceptRate: number
  readonly watchlistEnabled: boolean
}

/** A face that stays is proven again after so long, ms: the door may have shut meanwhile. */
const proveAgainMs = 10_000
/** Smaller faces pass by far away and ask for nothing, pixels. */
const passingPx = 40

/** Faces before one camera: into proofs, refusals, signs of life and candidates, within the call. */
export class FaceCamera {
  readonly #deps: FaceCameraDeps
  readonly #follower = new FaceFollower()
  readonly #identities = new IdentityDesk()
  readonly #posters = new PosterMemory()
  readonly #candidates = new CandidateDesk()
  #last: FrameLook | null = null

  constructor(deps: FaceCameraDeps) {
    this.#deps = deps
  }

  looked(look: FrameLook): void {
    if (this.#isSameFrame(look)) return
    this.#last = look
    const faces = look.analysis.faces.filter(({ quality }) => quality.facePx >= passingPx)
    for (const [face, track] of this.#follower.update(faces, look.at))
      this.#faceSeen(look, face, track)
  }

  /** One picture that was delivered twice is not two frames that agree. */
  #isSameFrame({ ts, frame }: FrameLook): boolean {
    return this.#last?.ts === ts && this.#last.frame.jpeg.equals(frame.jpeg)
  }

  #faceSeen(look: FrameLook, face: FaceSeen, track: FaceTrack): void {
    // Good enough and yet no embedding: the weights are missing, and health says so.
    if (face.embedding === null && face.quality.faults.length === 0) return
    const { community } = look.frame
    const { book } = this.#deps
    const nearest =
      face.embedding === null ? null : book.nearest('entry', community, face.embedding)
    const threshold = this.#threshold('entry', community)
    addSight(track, matchFace(face, nearest, threshold, look))
    this.#posters.seen(track, look.at)
    this.#judge(look, track)
    this.#identify(look, track, threshold)
    if (this.#deps.watchlistEnabled && face.embedding !== null)
      this.#compare(look, track, face.embedding)
  }

  #judge(look: FrameLook, track: FaceTrack): void {
    const verdict = judgeFace(track.sights)
    const proven = track.provenAt !== null && look.at - track.provenAt < proveAgainMs
    if (verdict === null || proven) return
    const { community, camera } = look.frame
    const where = { community, camera, ts: look.ts }
    if (verdict.kind === 'proof') {
      track.provenAt = look.at
      this.#deps.proven({ ...where, at: look.at, ...verdict.proof })
      return
    }
    const { reason, detail, resident } = verdict
    // Who was let in and stays on is no stranger, though they look away.
    if (track.provenAt !== null && reason !== 'face-not-live') return
    if (track.told.has(reason) || !this.#deps.isAtDoor(look)) return
    track.told.add(reason)
    if (this.#posters.isRepeat(track, reason, look.at)) return
    this.#deps.refused({ ...where, reason, detail, resident })
    if (reason === 'face-unknown') this.#deps.keepStranger?.(look, track.boxPx)
  }

  #identify(look: FrameLook, track: FaceTrack, threshold: number): void {
    const found = this.#identities.take(track, threshold, look.at)
    if (found === null) return
    this.#deps.identified({
      kind: 'identity',
      community: look.frame.community,
      camera: look.frame.camera,
      ts: look.ts,
      receivedAt: this.#deps.clock(),
      resident: found.resident,
      similarity: found.similarity,
    })
  }

  /** Watch-list (control C9): another gallery, another path; it never meets a proof. */
  #compare(look: FrameLook, track: FaceTrack, embedding: Float32Array): void {
    const { book, clock, alarm } = this.#deps
    const { community } = look.frame
    const nearest = book.nearest('watchlist', community, embedding)
    const near = (nearest?.similarity ?? -1) >= this.#threshold('watchlist', community)
    const candidate = addCandidate(track, near ? nearest : null, look.at)
    if (candidate === null) return
    const entry = book.watched(candidate.template)
    if (entry === null || !this.#candidates.isNew(entry.id, look.at)) return
    alarm(candidateAlarm(look, entry, candidate, clock()))
  }

  #threshold(use: 'entry' | 'watchlist', community: string): number {
    const { book, falseAcceptRate } = this.#deps
    return similarityThreshold(book.people(use, community), falseAcceptRate)
  }
}
