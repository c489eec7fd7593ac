import { type InferenceSession, Tensor } from 'onnxruntime-node'
import type { DecodedImage } from './image.ts'
import { fitInside, packBgr } from './letterbox.ts'
import { suppress } from './nms.ts'
import { createSerial } from './serial.ts'
import { type Disposable, openSession } from './session.ts'
import { decodeYunet, type FaceBox, yunetOutputs } from './yunet-decode.ts'

export interface FaceOptions {
  /** Faces below it are not reported. 0.7: no false face in the 13 negatives of the media set. */
  readonly scoreMin?: number
  /** The picture is shrunk until its long side fits; a face should stay >= 40 px. */
  readonly longSideMaxPx?: number
}

/** A face in pixels of the original picture. Landmarks: x, y of eye, eye, nose, mouth, mouth; image left first. */
export interface Face {
  readonly score: number
  readonly boxPx: [number, number, number, number]
  readonly landmarksPx: number[]
}

export interface FaceDetector extends Disposable {
  detect(image: DecodedImage, options?: FaceOptions): Promise<Face[]>
}

const strideMax = 32
const upTo = (sizePx: number): number => Math.ceil(sizePx / strideMax) * strideMax

/**
 * YuNet (libfacedetection.train, Apache-2.0): WIDER FACE AP 0.892 / 0.883 / 0.811 as claimed by its
 * authors. Input `[1, 3, height, width]`, BGR, raw 0..255, height and width multiples of 32, picture
 * at top left, the rest 0. 4 to 5 ms for 640x384 on one core.
 */
export async function createFaceDetector(model: Uint8Array): Promise<FaceDetector> {
  const session = await openSession(model)
  const inTurn = createSerial()
  const tensors = createTensors()
  return {
    detect: (image, options = {}) => inTurn(() => detect(session, tensors, image, options)),
    dispose: () => session.release(),
  }
}

/** Input tensors by length; few sizes occur (one per camera resolution), the oldest makes room. */
function createTensors(keepMax = 4): (length: number) => Float32Array {
  const kept = new Map<number, Float32Array>()
  return (length) => {
    const known = kept.get(length)
    if (known !== undefined) return known
    const oldest = kept.keys().next()
    if (kept.size >= keepMax && oldest.done !== true) kept.delete(oldest.value)
    const made = new Float32Array(length)
    kept.set(length, made)
    return made
  }
}

async function detect(
  session: InferenceSession,
  tensors: (length: number) => Float32Array,
  image: DecodedImage,
  { scoreMin = 0.7, longSideMaxPx = 640 }: FaceOptions,
): Promise<Face[]> {
  const limitPx = Math.min(longSideMaxPx, Math.max(image.widthPx, image.heightPx))
  const box = fitInside(image, limitPx, limitPx)
  const widthPx = upTo(box.widthPx)
  const heightPx = upTo(box.heightPx)
  const tensor = tensors(3 * widthPx * heightPx)
  packBgr(image, box, tensor, widthPx, heightPx, 0)
  const output = await run(session, tensor, widthPx, heightPx)
  const candidates = decodeYunet(output, widthPx, heightPx, scoreMin)
  // By axis: the sides of the shrunk picture are whole pixels, so their ratios differ a little.
  const scaleX = image.originalWidthPx / box.widthPx
  const scaleY = image.originalHeightPx / box.heightPx
  return suppress(candidates, 0.3).map((face) => toOriginal(face, scaleX, scaleY))
}

async function run(
  session: InferenceSession,
  tensor: Float32Array,
  widthPx: number,
  heightPx: number,
): Promise<Record<string, Float32Array>> {
  const answer = await session.run({
    input: new Tensor('float32', tensor, [1, 3, heightPx, widthPx]),
  })
  return Object.fromEntries(
    yunetOutputs.map((name) => [name, (answer[name] as Tensor).data as Float32Array]),
  )
}

const toOriginal = ({ score, box, landmarks }: FaceBox, scaleX: number, scaleY: number): Face => ({
  score: Math.min(1, score),
  boxPx: [box[0] * scaleX, box[1] * scaleY, box[2] * scaleX, box[3] * scaleY],
  landmarksPx: landmarks.map((at, i) => at * (i % 2 === 0 ? scaleX : scaleY)),
})
