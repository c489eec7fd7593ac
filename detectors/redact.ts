import sharp from 'sharp'
import type { Polygon } from '../contracts/detections.ts'
import { decodeJpeg } from './decode.ts'
import { type Overlay, overlaySvg } from './draw-boxes.ts'
import { everyFace } from './every-face.ts'
import type { FaceDetector } from './face-detector.ts'
import type { Box, DecodedImage } from './image.ts'
import { applyMasks } from './mask.ts'
import { mosaic, mosaicAll } from './mosaic.ts'
import type { PlateBox, PlateDetector } from './plate-detector.ts'

export interface RedactOptions {
  /** Faces that are known already, in pixels of the picture. */
  readonly knownFacesPx?: readonly Box[]
  readonly overlay?: Overlay | null
  /** Plates are made unreadable with it; null: there is no model. Left out: plates were not asked for. */
  readonly plates?: PlateDetector | null
  /** Privacy masks, relative; filled flat before anything looks at the picture. */
  readonly masks?: readonly Polygon[]
  /** Somebody took it by hand: faces are looked for near, far and lying, and it is shrunk to what a screen shows. */
  readonly photo?: boolean
  /** JPEG quality 1..100. */
  readonly quality?: number
}

export interface RedactedPicture {
  readonly jpeg: Buffer
  readonly widthPx: number
  readonly heightPx: number
  /** Faces that were made unrecognisable. */
  readonly faces: number
  /** Plates that were made unreadable. */
  readonly plates: number
  /** Plates were asked for, but there is no model: some may be readable in the picture. */
  readonly platesUnknown: boolean
  /** No face model: the whole picture is coarse, because nobody can say where the faces are. */
  readonly whole: boolean
}

/** Lower than for counting faces: a flower blurred by mistake costs nothing, a face shown does. */
const scoreMin = 0.4
/** Faces down to about 12 px of a full-HD picture are found and mosaicked. */
const longSideMaxPx = 1280
/** Of photos: enough to see a home by, and no letter on a table. */
const photoLongSideMaxPx = 1920

/** As for faces: a sign blurred by mistake costs nothing. */
const plateScoreMin = 0.15
/** A plate is wider than a face is high, and its characters stand in a row: fewer pixels than one each. */
const plateMosaic = { margin: 0.15, blocks: 4 } as const

/**
 * A JPEG in its original resolution: what lies under a mask filled flat, every face and plate destroyed in
 * the pixels; boxes and zones drawn over it if asked. Metadata of the camera (EXIF, position) is left out.
 *
 * @throws CodedError `frame.not-jpeg`, `frame.too-large`, `frame.damaged`
 */
export async function redactPicture(
  jpeg: Uint8Array,
  detector: FaceDetector | null,
  options: RedactOptions = {},
): Promise<RedactedPicture> {
  const { knownFacesPx = [], overlay = null, quality = 85, plates, masks = [] } = options
  const image = options.photo === true ? await decodePhoto(jpeg) : await decodeJpeg(jpeg)
  applyMasks(image, masks)
  // Both look before either destroys: a mosaic over a face may hide the plate beside it from the other.
  const faces = detector === null ? [] : await facesOf(image, detector, options)
  const found = plates == null ? [] : await plates.detect(image, { scoreMin: plateScoreMin })
  if (detector === null) mosaicAll(image)
  else mosaic(image, [...knownFacesPx, ...faces])
  mosaic(image, found.map(wholePlate), plateMosaic)
  const { widthPx, heightPx } = image
  const raw = { width: widthPx, height: heightPx, channels: 3 } as const
  let pipeline = sharp(image.data, { raw })
  if (overlay !== null && overlay.boxes.length + overlay.zones.length > 0) {
    const svg = Buffer.from(overlaySvg(overlay, widthPx, heightPx))
    pipeline = pipeline.composite([{ input: svg, top: 0, left: 0 }])
  }
  return {
    jpeg: await pipeline.jpeg({ quality, optimiseCoding: false }).toBuffer(),
    widthPx,
    heightPx,
    faces: detector === null ? 0 : knownFacesPx.length + faces.length,
    plates: found.length,
    platesUnknown: plates === null,
    whole: detector === null,
  }
}

/** Shrunk for good: what is found in it is told in its own pixels. */
async function decodePhoto(jpeg: Uint8Array): Promise<DecodedImage> {
  const image = await decodeJpeg(jpeg, photoLongSideMaxPx)
  return { ...image, originalWidthPx: image.widthPx, originalHeightPx: image.heightPx }
}

async function facesOf(
  image: DecodedImage,
  detector: FaceDetector,
  { photo = false }: RedactOptions,
): Promise<Box[]> {
  if (photo) return everyFace(image, detector)
  const found = await detector.detect(image, { scoreMin, longSideMaxPx })
  return found.map((face) => face.boxPx)
}

/** The box around the box and the corners: a tilted plate reaches out of its box. */
function wholePlate({ boxPx, cornersPx }: PlateBox): Box {
  const xs = [boxPx[0], boxPx[0] + boxPx[2], ...cornersPx.filter((_, i) => i % 2 === 0)]
  const ys = [boxPx[1], boxPx[1] + boxPx[3], ...cornersPx.filter((_, i) => i % 2 === 1)]
  const left = Math.min(...xs)
  const top = Math.min(...ys)
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top]
}
