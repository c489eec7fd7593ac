import type { DecodedImage, RgbImage } from './image.ts'
import { type RectifyOptions, rectifyPlate } from './plate-rectify.ts'

/** GA 36-2018, rear plate of large vehicles (440 x 220 mm): the upper row ends at about 0.4 of the height. */
const upperRows = [0, 0.42] as const
const lowerRows = [0.36, 1] as const
/** Two of the seven characters stand above. */
const upperShare = 2 / 7

/** The rows of a two-layer plate side by side, as one row for a recogniser of single rows. */
export function joinRows(
  image: DecodedImage,
  cornersPx: readonly number[],
  { widthPx, heightPx, marginX, marginY }: RectifyOptions,
): RgbImage | null {
  const leftPx = Math.round(widthPx * upperShare)
  const margins = { heightPx, marginX, marginY }
  const upper = rectifyPlate(image, cornersPx, { ...margins, widthPx: leftPx, rows: upperRows })
  const lower = rectifyPlate(image, cornersPx, {
    ...margins,
    widthPx: widthPx - leftPx,
    rows: lowerRows,
  })
  if (upper === null || lower === null) return null
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y += 1) {
    const to = y * widthPx * 3
    data.set(upper.data.subarray(y * leftPx * 3, (y + 1) * leftPx * 3), to)
    const rest = (widthPx - leftPx) * 3
    data.set(lower.data.subarray(y * rest, (y + 1) * rest), to + leftPx * 3)
  }
  return { data, widthPx, heightPx }
}
