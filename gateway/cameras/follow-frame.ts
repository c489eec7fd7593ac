import { limits } from '../../contracts/limits.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'
import type { TrackedObject } from '../model/input.ts'
import { stallGear } from '../model/stall-gear.ts'
import type { Analysis, FrameLook } from '../model/vision.ts'
import type { LatestFrame } from './camera.ts'
import { type EvidencePictures, makeEvidence } from './evidence-pictures.ts'
import type { WaitingFrame } from './frame-queue.ts'
import type { CameraHubDeps } from './hub-types.ts'
import { knownFaces } from './live-view.ts'
import type { Watched } from './watched.ts'

type FollowDeps = Pick<CameraHubDeps, 'record' | 'redact' | 'evidence' | 'logger' | 'followers'>

/**
 * What follows from an analysed frame: state of the camera, tracks, doors and barriers, counts,
 * sighting, evidence. All that is due at once is done before the first await.
 */
export async function followFrame(
  deps: FollowDeps,
  watched: Watched,
  { frame, at }: WaitingFrame,
  settings: CameraSettings,
  analysis: Analysis,
): Promise<void> {
  const { camera, desk, looks, tally } = watched
  const change = camera.looked(analysis, frame.receivedAt, at, settings)
  if (change !== null) deps.record(change)
  const ts = eventTime(frame)
  // A plate is read by barriers; as a track its number would stand in every sighting.
  const detections = analysis.detections.filter((found) => found.label !== 'plate')
  const followed = camera.tracker.update(
    { ...analysis, detections },
    ts,
    settings,
    frame.receivedAt,
  )
  const { crossings } = followed
  const objects = followed.objects.filter((object) => isNews(object, settings.zones))
  looks.looked(analysis, objects, at)
  const latest: LatestFrame = { frame, ts, analysis, objects }
  // A sensor never gives one picture twice: delivered again, under a new time too, it is no second look.
  const isRepeat = camera.latest?.frame.jpeg.equals(frame.jpeg) === true
  camera.latest = latest
  // A frozen picture shows what was, not what is: no door opens by it.
  const frozen = camera.state === 'frozen'
  if (!frozen && !isRepeat) tell(deps, { frame, ts, at, analysis, objects, settings })
  for (const listener of camera.listeners) listener()
  if (frozen) return
  const crossed = tally.add(frame, ts, crossings)
  if (crossed !== null) deps.record(crossed)
  const plan = desk.consider(frame, ts, analysis, objects, settings.zones, at)
  if (plan === null) return
  const kept = plan.evidence.size > 0 ? await keep(deps, latest, settings, plan.evidence) : null
  deps.record({
    ...plan.fact,
    evidenceSha256: kept?.sha256 ?? null,
    ...(kept === null ? {} : { boxesSha256: kept.boxesSha256 }),
  })
}

/** Chairs are news on the road that is guarded, nowhere else in the picture. */
const isNews = (object: TrackedObject, zones: CameraSettings['zones']): boolean =>
  !stallGear.has(object.label) ||
  zones.some(({ id, kind }) => kind === 'road' && object.zones.includes(id))

/** Doors and barriers, each for itself: one that fails is named and costs the others nothing. */
function tell({ followers = [], logger }: FollowDeps, look: FrameLook): void {
  for (const follower of followers) {
    try {
      follower(look)
    } catch (error) {
      logger.error({ camera: look.frame.camera, error: String(error) }, 'a look was not followed')
    }
  }
}

/** The frame as evidence, faces and plates destroyed; null, and said so, where it could not be made. */
async function keep(
  { redact, evidence, logger }: FollowDeps,
  latest: LatestFrame,
  { zones, masks }: CameraSettings,
  subjects: ReadonlySet<TrackedObject>,
): Promise<EvidencePictures | null> {
  try {
    return await makeEvidence(redact, evidence, {
      jpeg: latest.frame.jpeg,
      ...knownFaces(latest),
      objects: latest.objects.map((object) => ({
        detection: object.detection,
        subject: subjects.has(object),
      })),
      zones,
      ...(masks === undefined ? {} : { masks }),
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    logger.warn({ camera: latest.frame.camera, reason }, 'evidence not made')
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
