/** A picture against its background, with what differs between them. */
export interface Difference {
  readonly data: Uint8Array
  readonly mean: Float32Array
  /** 1 where a pixel differs. */
  readonly changed: Uint8Array
  readonly widthPx: number
  readonly areaMinPx: number
}

/** Below it nothing can be said of texture: it is taken for an object. */
const textureAreaMinPx = 48
/** Mean gradient of the background, grey levels per pixel, from which on ground has texture. */
const textureMin = 4
/** How alike the gradients must be for it to be the same ground under another light. */
const sameGroundMin = 0.8

/**
 * Pixels in connected pieces (8 neighbours) of at least `areaMinPx` that are not the same ground under
 * another light. Light scales the gradients of the ground, an object replaces them (as in Jacques et
 * al. 2005, with gradients in place of brightness).
 */
export function movingArea(difference: Difference): { readonly moving: number } {
  const { changed, areaMinPx } = difference
  const seen = new Uint8Array(changed.length)
  const stack = new Int32Array(changed.length)
  let moving = 0
  for (let start = 0; start < changed.length; start += 1) {
    if (changed[start] === 0 || seen[start] !== 0) continue
    const area = pieceFrom(start, difference, seen, stack)
    if (area < areaMinPx) continue
    if (area >= textureAreaMinPx && sameGround(difference, stack, area)) continue
    moving += area
  }
  return { moving }
}

/** Collects the piece that holds `start` into the front of `pixels`; gives its size. */
function pieceFrom(
  start: number,
  { changed, widthPx }: Difference,
  seen: Uint8Array,
  pixels: Int32Array,
): number {
  let size = 1
  pixels[0] = start
  seen[start] = 1
  for (let next = 0; next < size; next += 1) {
    const at = pixels[next] as number
    const x = at % widthPx
    const fromX = x === 0 ? 0 : -1
    const toX = x === widthPx - 1 ? 0 : 1
    for (let dy = -widthPx; dy <= widthPx; dy += widthPx) {
      for (let dx = fromX; dx <= toX; dx += 1) {
        const beside = at + dy + dx
        if (beside < 0 || beside >= changed.length) continue
        if (changed[beside] === 0 || seen[beside] !== 0) continue
        seen[beside] = 1
        pixels[size] = beside
        size += 1
      }
    }
  }
  return size
}

/** Correlation of the gradients inside the piece; its rim is left out, where a shadow has its own edge. */
function sameGround(difference: Difference, pixels: Int32Array, size: number): boolean {
  const { data, mean, changed, widthPx } = difference
  let now = 0
  let before = 0
  let both = 0
  let strength = 0
  let count = 0
  for (let i = 0; i < size; i += 1) {
    const at = pixels[i] as number
    if (!isInside(changed, at, widthPx)) continue
    for (const step of [1, widthPx]) {
      const a = (data[at + step] as number) - (data[at - step] as number)
      const b = (mean[at + step] as number) - (mean[at - step] as number)
      now += a * a
      before += b * b
      both += a * b
      strength += Math.abs(b)
    }
    count += 1
  }
  if (count * 4 < size || strength < textureMin * count) return false
  return both > sameGroundMin * Math.sqrt(now * before)
}

const isInside = (changed: Uint8Array, at: number, widthPx: number): boolean =>
  at >= widthPx &&
  at + widthPx < changed.length &&
  changed[at - 1] === 1 &&
  changed[at + 1] === 1 &&
  changed[at - widthPx] === 1 &&
  changed[at + widthPx] === 1
