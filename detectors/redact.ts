import sharp from 'sharp'
import { decodeJpeg } from './decode.ts'
import { type Overlay, overlaySvg } from './draw-boxes.ts'
import type { FaceDetector } from './face-detector.ts'
import type { Box } from './image.ts'
import { mosaic, mosaicAll } from './mosaic.ts'

export interface RedactOptions {
  /** Faces that are known already, in pixels of the picture. */
  readonly knownFacesPx?: readonly Box[]
  readonly overlay?: Overlay | null
  /** JPEG quality 1..100. */
  readonly quality?: number
}

export interface RedactedPicture {
  readonly jpeg: Buffer
  readonly widthPx: number
  readonly heightPx: number
  /** Faces that were made unrecognisable. */
  readonly faces: number
  /** No face model: the whole picture is coarse, because nobody can say where the faces are. */
  readonly whole: boolean
}

/** Lower than for counting faces: a flower blurred by mistake costs nothing, a face shown does. */
const scoreMin = 0.4
/** Faces down to about 12 px of a full-HD picture are found and mosaicked. */
const longSideMaxPx = 1280

/**
 * A JPEG in its original resolution with every face destroyed in the pixels; boxes and zones drawn
 * over it if asked. Metadata of the camera (EXIF, position) is left out.
 *
 * @throws CodedError `frame.not-jpeg`, `frame.too-large`, `frame.damaged`
 */
export async function redactPicture(
  jpeg: Uint8Array,
  detector: FaceDetector | null,
  { knownFacesPx = [], overlay = null, quality = 85 }: RedactOptions = {},
): Promise<RedactedPicture> {
  const image = await decodeJpeg(jpeg)
  let faces: readonly Box[] = []
  if (detector === null) mosaicAll(image)
  else {
    const found = await detector.detect(image, { scoreMin, longSideMaxPx })
    faces = [...knownFacesPx, ...found.map((face) => face.boxPx)]
    mosaic(image, faces)
  }
  const { widthPx, heightPx } = image
  const raw = { width: widthPx, height: heightPx, channels: 3 } as const
  let pipeline = sharp(image.data, { raw })
  if (overlay !== null && overlay.boxes.length + overlay.zones.length > 0) {
    const svg = Buffer.from(overlaySvg(overlay, widthPx, heightPx))
    pipeline = pipeline.composite([{ input: svg, top: 0, left: 0 }])
  }
  const blurred = await pipeline.jpeg({ quality, optimiseCoding: false }).toBuffer()
  return { jpeg: blurred, widthPx, heightPx, faces: faces.length, whole: detector === null }
}
