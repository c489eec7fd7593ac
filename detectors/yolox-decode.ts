import type { Scored } from './image.ts'

export interface ClassBox extends Scored {
  readonly classId: number
}

const strides = [8, 16, 32] as const
const rowLength = 85

/**
 * Raw output of YOLOX `[1, rows, 85]` for a square input to boxes in input pixels, before
 * suppression: x, y as offsets in strides, w, h as exponents, objectness, 80 class scores (already
 * sigmoid). Rows come stride by stride (8, 16, 32), each row by row of its grid (model card).
 */
export function decodeYolox(output: Float32Array, inputPx: number, scoreMin: number): ClassBox[] {
  const found: ClassBox[] = []
  let at = 0
  for (const stride of strides) {
    const columns = inputPx / stride
    for (let row = 0; row < columns; row += 1) {
      for (let column = 0; column < columns; column += 1, at += rowLength) {
        const objectness = output[at + 4] as number
        if (objectness < scoreMin) continue
        const best = bestClass(output, at + 5)
        const score = objectness * (output[at + 5 + best] as number)
        if (score < scoreMin) continue
        const width = Math.exp(output[at + 2] as number) * stride
        const height = Math.exp(output[at + 3] as number) * stride
        const left = ((output[at] as number) + column) * stride - width / 2
        const top = ((output[at + 1] as number) + row) * stride - height / 2
        found.push({ classId: best, score, box: [left, top, width, height] })
      }
    }
  }
  return found
}

function bestClass(output: Float32Array, from: number): number {
  let best = 0
  for (let i = 1; i < 80; i += 1) {
    if ((output[from + i] as number) > (output[from + best] as number)) best = i
  }
  return best
}
