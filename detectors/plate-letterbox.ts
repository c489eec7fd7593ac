import type { RgbImage } from './image.ts'

/** Where a picture lies in a square input: input pixels per picture pixel on each axis, moved by the offsets. */
export interface CentredBox {
  readonly scaleX: number
  readonly scaleY: number
  readonly leftPx: number
  readonly topPx: number
}

const grey = 114 / 255

/**
 * Writes the picture into a planar R, G, B tensor (NCHW, 0..1) of `sidePx` x `sidePx`: aspect kept, in the
 * middle, the rest grey 114. Bilinear with aligned pixel centres, as OpenCV's INTER_LINEAR that the weights
 * were trained with (HyperLPR3, `letter_box` of its multitask detector).
 */
export function packCentred(image: RgbImage, tensor: Float32Array, sidePx: number): CentredBox {
  const scale = Math.min(sidePx / image.widthPx, sidePx / image.heightPx)
  const widthPx = Math.max(1, Math.min(sidePx, Math.round(image.widthPx * scale)))
  const heightPx = Math.max(1, Math.min(sidePx, Math.round(image.heightPx * scale)))
  const leftPx = (sidePx - widthPx) >> 1
  const topPx = (sidePx - heightPx) >> 1
  const plane = sidePx * sidePx
  tensor.fill(grey)
  const columns = taps(image.widthPx, widthPx, 3)
  const rows = taps(image.heightPx, heightPx, image.widthPx * 3)
  const { data } = image
  for (let y = 0; y < heightPx; y += 1) {
    const top = rows.first[y] as number
    const bottom = rows.second[y] as number
    const fy = rows.weight[y] as number
    let to = (topPx + y) * sidePx + leftPx
    for (let x = 0; x < widthPx; x += 1, to += 1) {
      const left = columns.first[x] as number
      const right = columns.second[x] as number
      const fx = columns.weight[x] as number
      for (let c = 0; c < 3; c += 1) {
        const a = data[top + left + c] as number
        const b = data[top + right + c] as number
        const d = data[bottom + left + c] as number
        const e = data[bottom + right + c] as number
        const upper = a + (b - a) * fx
        tensor[c * plane + to] = (upper + (d + (e - d) * fx - upper) * fy) / 255
      }
    }
  }
  return { scaleX: widthPx / image.widthPx, scaleY: heightPx / image.heightPx, leftPx, topPx }
}

/** For each output position the two source offsets (times `step`) and the weight of the second. */
function taps(sourcePx: number, targetPx: number, step: number) {
  const first = new Int32Array(targetPx)
  const second = new Int32Array(targetPx)
  const weight = new Float32Array(targetPx)
  for (let i = 0; i < targetPx; i += 1) {
    const at = Math.max(0, ((i + 0.5) * sourcePx) / targetPx - 0.5)
    const low = Math.min(sourcePx - 1, Math.floor(at))
    first[i] = low * step
    second[i] = Math.min(sourcePx - 1, low + 1) * step
    weight[i] = Math.min(1, at - low)
  }
  return { first, second, weight }
}
