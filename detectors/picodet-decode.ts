import type { ClassBox } from './yolox-decode.ts'

const strides = [8, 16, 32, 64] as const
const classes = 80
const bins = 8

/**
 * Raw outputs of PicoDet to boxes in input pixels, before suppression. `scores[i]` are class
 * probabilities `[cells, 80]` and `distances[i]` logits `[cells, 4 x 8]` for stride 8, 16, 32, 64; a
 * distance (left, top, right, bottom of the cell's centre) is the expected value of the softmax over
 * 0..7, in strides (generalised focal loss, Li et al. 2020; model card in MODELS.json).
 */
export function decodePicodet(
  scores: readonly Float32Array[],
  distances: readonly Float32Array[],
  inputPx: number,
  scoreMin: number,
): ClassBox[] {
  const found: ClassBox[] = []
  for (const [i, stride] of strides.entries()) {
    const columns = Math.ceil(inputPx / stride)
    const score = scores[i] as Float32Array
    const distance = distances[i] as Float32Array
    for (let cell = 0; cell < columns * columns; cell += 1) {
      const classId = bestClass(score, cell * classes)
      const best = score[cell * classes + classId] as number
      if (best < scoreMin) continue
      const x = ((cell % columns) + 0.5) * stride
      const y = (Math.floor(cell / columns) + 0.5) * stride
      const [left, top, right, bottom] = [0, 1, 2, 3].map(
        (side) => expected(distance, (cell * 4 + side) * bins) * stride,
      ) as [number, number, number, number]
      found.push({ classId, score: best, box: [x - left, y - top, left + right, top + bottom] })
    }
  }
  return found
}

function bestClass(score: Float32Array, from: number): number {
  let best = 0
  for (let i = 1; i < classes; i += 1)
    if ((score[from + i] as number) > (score[from + best] as number)) best = i
  return best
}

function expected(logits: Float32Array, from: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < bins; i += 1) highest = Math.max(highest, logits[from + i] as number)
  let sum = 0
  let weighted = 0
  for (let i = 0; i < bins; i += 1) {
    const part = Math.exp((logits[from + i] as number) - highest)
    sum += part
    weighted += part * i
  }
  return weighted / sum
}
