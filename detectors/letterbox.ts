import type { RgbImage } from './image.ts'

/** How a picture lies in a network's input: at top left, `scale` input pixels per picture pixel. */
export interface Letterbox {
  readonly widthPx: number
  readonly heightPx: number
  readonly scale: number
}

/** Size of `image` when its aspect is kept and it must fit into `widthPx` x `heightPx`. */
export function fitInside(image: RgbImage, widthPx: number, heightPx: number): Letterbox {
  const scale = Math.min(widthPx / image.widthPx, heightPx / image.heightPx)
  return {
    widthPx: Math.max(1, Math.min(widthPx, Math.round(image.widthPx * scale))),
    heightPx: Math.max(1, Math.min(heightPx, Math.round(image.heightPx * scale))),
    scale,
  }
}

/**
 * Writes the picture into a planar B, G, R float tensor (NCHW, raw 0..255) of `tensorWidthPx` x
 * `tensorHeightPx`, top left, the rest filled with `fill`. Unscaled when the box has the picture's
 * size, else bilinear with pixel centres aligned (as OpenCV's INTER_LINEAR, which the models' own
 * pre-processing uses).
 */
export function packBgr(
  image: RgbImage,
  box: Letterbox,
  tensor: Float32Array,
  tensorWidthPx: number,
  tensorHeightPx: number,
  fill: number,
): void {
  const rest = { widthPx: tensorWidthPx, heightPx: tensorHeightPx }
  fillRest(tensor, box, rest, fill)
  if (box.widthPx === image.widthPx && box.heightPx === image.heightPx)
    copyPlanes(image, tensor, tensorWidthPx, tensorWidthPx * tensorHeightPx)
  else resamplePlanes(image, box, tensor, tensorWidthPx, tensorWidthPx * tensorHeightPx)
}

function fillRest(
  tensor: Float32Array,
  box: Letterbox,
  size: { readonly widthPx: number; readonly heightPx: number },
  fill: number,
): void {
  const plane = size.widthPx * size.heightPx
  for (let channel = 0; channel < 3; channel += 1) {
    const base = channel * plane
    if (box.widthPx < size.widthPx) {
      for (let y = 0; y < box.heightPx; y += 1) {
        const row = base + y * size.widthPx
        tensor.fill(fill, row + box.widthPx, row + size.widthPx)
      }
    }
    tensor.fill(fill, base + box.heightPx * size.widthPx, base + plane)
  }
}

function copyPlanes(image: RgbImage, tensor: Float32Array, stride: number, plane: number): void {
  const { data, widthPx, heightPx } = image
  let from = 0
  for (let y = 0; y < heightPx; y += 1) {
    let to = y * stride
    for (let x = 0; x < widthPx; x += 1) {
      tensor[to + 2 * plane] = data[from] as number
      tensor[to + plane] = data[from + 1] as number
      tensor[to] = data[from + 2] as number
      from += 3
      to += 1
    }
  }
}

function resamplePlanes(
  image: RgbImage,
  box: Letterbox,
  tensor: Float32Array,
  stride: number,
  plane: number,
): void {
  const { data } = image
  const columns = taps(image.widthPx, box.widthPx, 3)
  const rows = taps(image.heightPx, box.heightPx, image.widthPx * 3)
  for (let y = 0; y < box.heightPx; y += 1) {
    const top = rows.first[y] as number
    const bottom = rows.second[y] as number
    const fy = rows.weight[y] as number
    let to = y * stride
    for (let x = 0; x < box.widthPx; x += 1) {
      const left = columns.first[x] as number
      const right = columns.second[x] as number
      const fx = columns.weight[x] as number
      const a = top + left
      const b = top + right
      const c = bottom + left
      const d = bottom + right
      const wd = fx * fy
      const wb = fx - wd
      const wc = fy - wd
      const wa = 1 - fx - wc
      tensor[to + 2 * plane] =
        (data[a] as number) * wa +
        (data[b] as number) * wb +
        (data[c] as number) * wc +
        (data[d] as number) * wd
      tensor[to + plane] =
        (data[a + 1] as number) * wa +
        (data[b + 1] as number) * wb +
        (data[c + 1] as number) * wc +
        (data[d + 1] as number) * wd
      tensor[to] =
        (data[a + 2] as number) * wa +
        (data[b + 2] as number) * wb +
        (data[c + 2] as number) * wc +
        (data[d + 2] as number) * wd
      to += 1
    }
  }
}

/** For each output position the two source offsets (times `step`) and the weight of the second. */
function taps(sourcePx: number, targetPx: number, step: number) {
  const first = new Int32Array(targetPx)
  const second = new Int32Array(targetPx)
  const weight = new Float32Array(targetPx)
  const ratio = sourcePx / targetPx
  for (let i = 0; i < targetPx; i += 1) {
    const at = Math.max(0, (i + 0.5) * ratio - 0.5)
    const low = Math.min(sourcePx - 1, Math.floor(at))
    first[i] = low * step
    second[i] = Math.min(sourcePx - 1, low + 1) * step
    weight[i] = Math.min(1, at - low)
  }
  return { first, second, weight }
}
