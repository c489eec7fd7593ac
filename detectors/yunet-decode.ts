import type { Scored } from './image.ts'

export interface FaceBox extends Scored {
  readonly landmarks: readonly number[]
}

const strides = [8, 16, 32] as const
const heads = ['cls', 'obj', 'bbox', 'kps'] as const
export const yunetOutputs: readonly string[] = heads.flatMap((head) =>
  strides.map((stride) => `${head}_${stride}`),
)

/**
 * Raw outputs of YuNet to boxes in input pixels, before suppression. Anchor i of a stride lies in row
 * floor(i / columns), column i % columns; score = sqrt(cls * obj), both clamped to 0..1; centre and
 * landmarks are offsets in strides, sizes are exponents (model card in MODELS.json, after
 * libfacedetection.train).
 */
export function decodeYunet(
  output: Readonly<Record<string, Float32Array>>,
  inputWidthPx: number,
  inputHeightPx: number,
  scoreMin: number,
): FaceBox[] {
  const found: FaceBox[] = []
  const product = scoreMin * scoreMin
  for (const stride of strides) {
    const columns = inputWidthPx / stride
    const anchors = columns * (inputHeightPx / stride)
    const cls = output[`cls_${stride}`] as Float32Array
    const obj = output[`obj_${stride}`] as Float32Array
    const bbox = output[`bbox_${stride}`] as Float32Array
    const kps = output[`kps_${stride}`] as Float32Array
    for (let i = 0; i < anchors; i += 1) {
      const squared = clamp(cls[i] as number) * clamp(obj[i] as number)
      if (squared < product) continue
      found.push(faceAt(i, stride, columns, Math.sqrt(squared), bbox, kps))
    }
  }
  return found
}

function faceAt(
  i: number,
  stride: number,
  columns: number,
  score: number,
  bbox: Float32Array,
  kps: Float32Array,
): FaceBox {
  const row = Math.floor(i / columns)
  const column = i % columns
  const centreX = (column + (bbox[i * 4] as number)) * stride
  const centreY = (row + (bbox[i * 4 + 1] as number)) * stride
  const width = Math.exp(bbox[i * 4 + 2] as number) * stride
  const height = Math.exp(bbox[i * 4 + 3] as number) * stride
  const landmarks: number[] = []
  for (let k = 0; k < 5; k += 1) {
    landmarks.push(((kps[i * 10 + 2 * k] as number) + column) * stride)
    landmarks.push(((kps[i * 10 + 2 * k + 1] as number) + row) * stride)
  }
  return { score, box: [centreX - width / 2, centreY - height / 2, width, height], landmarks }
}

const clamp = (value: number): number => Math.max(0, Math.min(1, value))
