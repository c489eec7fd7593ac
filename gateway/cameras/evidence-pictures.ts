import type { BoxPx, Detection, Polygon } from '../../contracts/detections.ts'
import type { Overlay } from '../../detectors/draw-boxes.ts'
import type { Redact, RedactRequest } from '../model/vision.ts'
import type { EvidenceClass, EvidenceStore } from './evidence-store.ts'

/** What is shown, and what it is shown for. */
export interface EvidenceLook {
  readonly jpeg: Buffer
  /** Faces that are known already, pixels; the redaction looks again, and closer. */
  readonly knownFacesPx: readonly BoxPx[]
  /** All that was found, and whether it is what the picture is shown for. */
  readonly objects: readonly { readonly detection: Detection; readonly subject: boolean }[]
  readonly zones: readonly { readonly polygon: Polygon }[]
  readonly masks?: readonly Polygon[]
}

export interface EvidencePictures {
  /** Faces and plates destroyed, nothing drawn. */
  readonly sha256: string
  /** The same with boxes and zones; the plain one again where it could not be kept. */
  readonly boxesSha256: string
}

/**
 * Makes both pictures of an anomaly and keeps them. Null, counted by the store, where the plain one
 * could not be kept.
 *
 * @throws CodedError of the redaction: `frame.*`, `model.crashed`
 */
export async function makeEvidence(
  redact: Redact,
  evidence: Pick<EvidenceStore, 'put'>,
  look: EvidenceLook,
  of: EvidenceClass = 'event',
): Promise<EvidencePictures | null> {
  const request: RedactRequest = {
    knownFacesPx: look.knownFacesPx,
    overlay: null,
    ...(look.masks === undefined ? {} : { masks: look.masks }),
  }
  const plain = await redact(look.jpeg, request)
  const sha256 = await evidence.put(plain.jpeg, of)
  if (sha256 === null) return null
  // From the frame again and not from the plain picture: a JPEG of a JPEG is worse, and both are blurred.
  const drawn = await redact(look.jpeg, { ...request, overlay: overlayOf(look) })
  return { sha256, boxesSha256: (await evidence.put(drawn.jpeg, of)) ?? sha256 }
}

function overlayOf({ objects, zones }: EvidenceLook): Overlay {
  return {
    zones: zones.map(({ polygon }) => ({ polygon })),
    boxes: objects
      .filter(({ detection }) => detection.label !== 'face')
      .map(({ detection, subject }) => ({
        boxPx: detection.boxPx,
        label: `${detection.label} ${detection.score.toFixed(2)}`,
        subject,
      })),
  }
}
