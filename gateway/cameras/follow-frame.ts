import { limits } from '../../contracts/limits.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { Analysis } from '../model/vision.ts'
import type { Camera, LatestFrame } from './camera.ts'
import type { WaitingFrame } from './frame-queue.ts'
import type { CameraHubDeps } from './hub-types.ts'
import { knownFaces } from './live-view.ts'
import type { SightingDesk } from './sighting-desk.ts'

export interface Watched {
  readonly camera: Camera
  readonly desk: SightingDesk
}

type FollowDeps = Pick<CameraHubDeps, 'record' | 'redact' | 'evidence' | 'logger'>

/** What follows from an analysed frame: state of the camera, tracks, sighting, evidence. */
export async function followFrame(
  deps: FollowDeps,
  { camera, desk }: Watched,
  { frame, at }: WaitingFrame,
  settings: CameraSettings,
  analysis: Analysis,
): Promise<void> {
  const change = camera.looked(analysis, frame.receivedAt, at, settings)
  if (change !== null) deps.record(change)
  const ts = eventTime(frame)
  const { objects } = camera.tracker.update(analysis, ts, settings)
  const latest: LatestFrame = { frame, ts, analysis, objects }
  camera.latest = latest
  for (const listener of camera.listeners) listener()
  // A frozen picture shows what was, not what is.
  if (camera.state === 'frozen') return
  const plan = desk.consider(frame, ts, analysis, objects, settings.zones, at)
  if (plan === null) return
  const evidenceSha256 = plan.evidence ? await keep(deps, latest) : null
  deps.record({ ...plan.fact, evidenceSha256 })
}

/** The frame as evidence, faces destroyed; null, and said so, where it could not be made or kept. */
async function keep(deps: FollowDeps, latest: LatestFrame): Promise<string | null> {
  try {
    const redacted = await deps.redact(latest.frame.jpeg, { ...knownFaces(latest), overlay: null })
    return await deps.evidence.put(redacted.jpeg)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    deps.logger.warn({ camera: latest.frame.camera, reason }, 'evidence not made')
    return null
  }
}

/** The camera's own time where it can be believed, else that of receipt. */
export function eventTime(frame: CameraFrame): number {
  const { capturedAt, receivedAt } = frame
  if (capturedAt === null) return receivedAt
  const believable =
    capturedAt >= receivedAt - limits.timestampPastMaxMs &&
    capturedAt <= receivedAt + limits.timestampFutureMaxMs
  return believable ? capturedAt : receivedAt
}
