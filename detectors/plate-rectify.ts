import type { DecodedImage, RgbImage } from './image.ts'

export interface RectifyOptions {
  readonly widthPx: number
  readonly heightPx: number
  /** How far beyond the corners, as a share of the plate's width (x) and height (y) on each side. */
  readonly marginX: number
  readonly marginY: number
  /** Samples per pixel and axis at most: a plate larger than the result is averaged, not skipped over. Default 2. */
  readonly samplesMax?: number
  /** Rows of the plate that are wanted, 0 (top) to 1 (bottom). Default: all. */
  readonly rows?: readonly [number, number]
}

type Eight = readonly [number, number, number, number, number, number, number, number]

/**
 * The plate seen from straight ahead, `widthPx` x `heightPx`. `cornersPx` are x, y of top left, top right,
 * bottom right, bottom left in pixels of the original picture. Bilinear; beyond the picture its edge pixels go on.
 *
 * Source: the homography of a unit square to a quadrangle, Heckbert, Fundamentals of Texture Mapping, 1989, 2.2.3.
 * @returns null where the corners do not span an area
 */
export function rectifyPlate(
  image: DecodedImage,
  cornersPx: readonly number[],
  options: RectifyOptions,
): RgbImage | null {
  const { widthPx, heightPx, marginX, marginY, samplesMax = 2, rows = [0, 1] } = options
  const toPicture = image.widthPx / image.originalWidthPx
  const wider = enlarge(cornersPx, toPicture, marginX, marginY)
  const map = wider === null ? null : squareToQuad(wider)
  if (wider === null || map === null) return null
  const steps = samplesOf(wider, widthPx, samplesMax)
  const data = new Uint8Array(widthPx * heightPx * 3)
  const sum = new Float64Array(3)
  // The margin belongs to the plate's square now, so rows are counted within it.
  const total = 1 + 2 * marginY
  const from = rows[0] === 0 ? 0 : (rows[0] + marginY) / total
  const to = rows[1] === 1 ? 1 : (rows[1] + marginY) / total
  for (let i = 0; i < widthPx * heightPx; i += 1) {
    sum.fill(0)
    for (let k = 0; k < steps * steps; k += 1) {
      const u = ((i % widthPx) + ((k % steps) + 0.5) / steps) / widthPx
      const down = (Math.floor(i / widthPx) + (Math.floor(k / steps) + 0.5) / steps) / heightPx
      const v = from + (to - from) * down
      const depth = map.g * u + map.h * v + 1
      addSample(
        image,
        (map.a * u + map.b * v + map.c) / depth,
        (map.d * u + map.e * v + map.f) / depth,
        sum,
      )
    }
    for (let c = 0; c < 3; c += 1)
      data[i * 3 + c] = Math.round((sum[c] as number) / (steps * steps))
  }
  return { data, widthPx, heightPx }
}

const samplesOf = ([x0, y0, x1, y1]: Eight, widthPx: number, most: number): number =>
  Math.max(1, Math.min(most, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / widthPx)))

/** Each corner moved outwards along both edges that meet in it; in pixels of the decoded picture. */
function enlarge(
  corners: readonly number[],
  scale: number,
  marginX: number,
  marginY: number,
): Eight | null {
  if (corners.length !== 8 || !corners.every(Number.isFinite)) return null
  const [lx, ly, rx, ry, qx, qy, bx, by] = corners.map((at) => at * scale) as unknown as Eight
  return [
    lx + (lx - rx) * marginX + (lx - bx) * marginY,
    ly + (ly - ry) * marginX + (ly - by) * marginY,
    rx + (rx - lx) * marginX + (rx - qx) * marginY,
    ry + (ry - ly) * marginX + (ry - qy) * marginY,
    qx + (qx - bx) * marginX + (qx - rx) * marginY,
    qy + (qy - by) * marginX + (qy - ry) * marginY,
    bx + (bx - qx) * marginX + (bx - lx) * marginY,
    by + (by - qy) * marginX + (by - ly) * marginY,
  ]
}

function squareToQuad([x0, y0, x1, y1, x2, y2, x3, y3]: Eight) {
  const dx1 = x1 - x2
  const dx2 = x3 - x2
  const dy1 = y1 - y2
  const dy2 = y3 - y2
  const sx = x0 - x1 + x2 - x3
  const sy = y0 - y1 + y2 - y3
  const area = dx1 * dy2 - dx2 * dy1
  if (!(Math.abs(area) > 1)) return null
  const g = (sx * dy2 - dx2 * sy) / area
  const h = (dx1 * sy - sx * dy1) / area
  return {
    a: x1 - x0 + g * x1,
    b: x3 - x0 + h * x3,
    c: x0,
    d: y1 - y0 + g * y1,
    e: y3 - y0 + h * y3,
    f: y0,
    g,
    h,
  }
}

/** Bilinear between pixel centres at whole numbers. */
function addSample(image: RgbImage, x: number, y: number, sum: Float64Array): void {
  const { data, widthPx, heightPx } = image
  const cx = Math.max(0, Math.min(widthPx - 1, x))
  const cy = Math.max(0, Math.min(heightPx - 1, y))
  const left = Math.floor(cx)
  const top = Math.floor(cy)
  const right = Math.min(widthPx - 1, left + 1)
  const bottom = Math.min(heightPx - 1, top + 1)
  const fx = cx - left
  const fy = cy - top
  for (let c = 0; c < 3; c += 1) {
    const p = data[(top * widthPx + left) * 3 + c] as number
    const q = data[(top * widthPx + right) * 3 + c] as number
    const r = data[(bottom * widthPx + left) * 3 + c] as number
    const s = data[(bottom * widthPx + right) * 3 + c] as number
    const upper = p + (q - p) * fx
    sum[c] = (sum[c] as number) + upper + (r + (s - r) * fx - upper) * fy
  }
}
