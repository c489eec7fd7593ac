import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { CodedError } from '../contracts/errors.ts'
import type { Box, DecodedImage, Scored } from './image.ts'
import { suppress } from './nms.ts'
import { type CentredBox, packCentred } from './plate-letterbox.ts'
import { createSerial } from './serial.ts'
import { type Disposable, openSession } from './session.ts'

export interface PlateOptions {
  /** Plates below it are not reported. 0.4: nothing in the 13 negatives of the media set (model card). */
  readonly scoreMin?: number
}

/** A licence plate in pixels of the original picture. */
export interface PlateBox {
  readonly score: number
  readonly boxPx: [number, number, number, number]
  /** x, y of top left, top right, bottom right, bottom left as the plate itself is read. */
  readonly cornersPx: number[]
  /** Rows of characters: 2 on large vehicles' rear plates and on motorcycles. */
  readonly layers: 1 | 2
}

export interface PlateDetector extends Disposable {
  /** Side of the square input, 320 or 640. */
  readonly inputPx: number
  /** Best first, at most 20. */
  detect(image: DecodedImage, options?: PlateOptions): Promise<PlateBox[]>
}

interface PlateCandidate extends Scored {
  readonly corners: readonly number[]
  readonly layers: 1 | 2
}

const rowLength = 15
const iouMax = 0.5
const platesMax = 20

/**
 * HyperLPR3's YOLOv5-style plate detector (szad670401/HyperLPR, Apache-2.0), weights for 320 or 640 px.
 * Input `[1, 3, side, side]`, RGB, x / 255, letterbox in the middle, pad 114. 3.1 ms (320) and 13.4 ms
 * (640) on one core; 640 finds smaller plates and better corners (model card in MODELS.json).
 *
 * @throws CodedError `model.crashed` where the weights do not have that input
 */
export async function createPlateDetector(model: Uint8Array): Promise<PlateDetector> {
  const session = await openSession(model)
  const sidePx = inputSide(session)
  const name = session.inputNames[0] as string
  const tensor = new Float32Array(3 * sidePx * sidePx)
  const feeds = { [name]: new Tensor('float32', tensor, [1, 3, sidePx, sidePx]) }
  const inTurn = createSerial()
  return {
    inputPx: sidePx,
    detect: (image, { scoreMin = 0.4 } = {}) =>
      inTurn(async () => {
        const box = packCentred(image, tensor, sidePx)
        const answer = await session.run(feeds)
        const output = answer[session.outputNames[0] as string] as Tensor
        const found = decodePlates(output.data as Float32Array, scoreMin)
        return suppress(found, iouMax, platesMax).map((plate) => toOriginal(plate, box, image))
      }),
    dispose: () => session.release(),
  }
}

function inputSide(session: InferenceSession): number {
  const input = session.inputMetadata[0]
  const shape = input?.isTensor === true ? input.shape : []
  const side = shape[3]
  if (typeof side !== 'number' || shape[2] !== side || side % 32 !== 0)
    throw new CodedError('model.crashed', `input [${shape.join(', ')}] is not a plate detector's`)
  return side
}

/**
 * Rows of 15, in input pixels: cx, cy, w, h, objectness, corners x, y (tl, tr, br, bl), one layer, two layers;
 * score = objectness times the better layer class (model card). Not yet suppressed.
 */
export function decodePlates(rows: Float32Array, scoreMin: number): PlateCandidate[] {
  const found: PlateCandidate[] = []
  for (let at = 0; at + rowLength <= rows.length; at += rowLength) {
    const objectness = rows[at + 4] as number
    if (objectness < scoreMin) continue
    const single = rows[at + 13] as number
    const double = rows[at + 14] as number
    const score = objectness * Math.max(single, double)
    if (!(score >= scoreMin)) continue
    const widthPx = rows[at + 2] as number
    const heightPx = rows[at + 3] as number
    const left = (rows[at] as number) - widthPx / 2
    const top = (rows[at + 1] as number) - heightPx / 2
    found.push({
      score: Math.min(1, score),
      box: [left, top, widthPx, heightPx] as Box,
      corners: [...rows.subarray(at + 5, at + 13)],
      layers: double > single ? 2 : 1,
    })
  }
  return found
}

const toOriginal = (
  { score, box, corners, layers }: PlateCandidate,
  { scaleX, scaleY, leftPx, topPx }: CentredBox,
  image: DecodedImage,
): PlateBox => {
  const x = image.originalWidthPx / image.widthPx / scaleX
  const y = image.originalHeightPx / image.heightPx / scaleY
  return {
    score,
    boxPx: [(box[0] - leftPx) * x, (box[1] - topPx) * y, box[2] * x, box[3] * y],
    cornersPx: corners.map((at, i) => (i % 2 === 0 ? (at - leftPx) * x : (at - topPx) * y)),
    layers,
  }
}
