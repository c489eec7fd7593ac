import type { Detection } from '../../contracts/detections.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Face } from '../../detectors/face-detector.ts'
import { faceQuality } from '../../detectors/face-quality.ts'
import type { DecodedImage } from '../../detectors/image.ts'
import type { FaceSeen } from '../model/vision.ts'
import type { Eyes } from './eyes.ts'

/** Who is looked at closely in one frame; a door has no more people at it. */
const recognisedMax = 4
/** Faces are found at this size of the picture: one of 40 px in it is safe (model card). */
export const facesLongSidePx = 640

export interface FacesFound {
  readonly detections: readonly Detection[]
  readonly faces: readonly FaceSeen[]
}

/**
 * Faces, and where asked whose they are: the largest four are judged, and those good enough embedded
 * (both mirror images averaged) and tested for life.
 */
export async function lookAtFaces(
  eyes: Eyes,
  image: DecodedImage,
  recognise: boolean,
): Promise<FacesFound> {
  if (eyes.faces === null) return { detections: [], faces: [] }
  const found = await eyes.faces.detect(image, { scoreMin: 0.7, longSideMaxPx: facesLongSidePx })
  const detections = found.map((face) => ({ label: 'face', ...face }))
  if (!recognise) return { detections, faces: [] }
  const largest = found
    .toSorted((a, b) => b.boxPx[2] * b.boxPx[3] - a.boxPx[2] * a.boxPx[3])
    .slice(0, recognisedMax)
  const faces: FaceSeen[] = []
  for (const face of largest) {
    const seen = await lookClosely(eyes, image, face)
    if (seen !== null) faces.push(seen)
  }
  return { detections, faces }
}

/** Null where the landmarks fall together: there is no face to judge. */
async function lookClosely(eyes: Eyes, image: DecodedImage, face: Face): Promise<FaceSeen | null> {
  const detection = { label: 'face', ...face }
  try {
    const quality = faceQuality(image, face)
    const good = quality.faults.length === 0
    const embedding =
      good && eyes.embedder !== null
        ? await eyes.embedder.embed(image, face.landmarksPx, { flip: true })
        : null
    const livenessScore =
      good && eyes.liveness !== null ? await eyes.liveness.score(image, face.boxPx) : null
    return { detection, quality, embedding, livenessScore }
  } catch (error) {
    if (error instanceof CodedError && error.code === 'face.not-usable') return null
    throw error
  }
}
