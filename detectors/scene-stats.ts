import type { GreyImage } from './glance.ts'

/** What a small grey picture says of the camera; the shape is SceneStats of gateway/model/vision.ts. */
export interface SceneNumbers {
  readonly meanLuma: number
  readonly contrast: number
  readonly sharpness: number
  readonly edges: Uint8Array
}

export const edgeColumns = 32
export const edgeRows = 18

/**
 * Mean and standard deviation of brightness (0..255), variance of the 4-neighbour Laplacian (Pech-Pacheco
 * et al. 2000, the usual measure of focus), and mean edge strength |dx| + |dy| in each of 32 x 18 cells,
 * doubled and cut at 255. One pass; 0.1 to 0.2 ms for a glance.
 */
export function sceneStats({ data, widthPx, heightPx }: GreyImage): SceneNumbers {
  let sum = 0
  let squares = 0
  for (const luma of data) {
    sum += luma
    squares += luma * luma
  }
  const count = Math.max(1, data.length)
  const meanLuma = sum / count
  const contrast = Math.sqrt(Math.max(0, squares / count - meanLuma * meanLuma))
  const cells = new Float64Array(edgeColumns * edgeRows)
  const sizes = new Uint32Array(edgeColumns * edgeRows)
  let laplacians = 0
  let laplacianSquares = 0
  for (let y = 1; y < heightPx - 1; y += 1) {
    const row = Math.floor((y * edgeRows) / heightPx) * edgeColumns
    for (let x = 1; x < widthPx - 1; x += 1) {
      const at = y * widthPx + x
      const left = data[at - 1] as number
      const right = data[at + 1] as number
      const above = data[at - widthPx] as number
      const below = data[at + widthPx] as number
      const laplacian = left + right + above + below - 4 * (data[at] as number)
      laplacians += laplacian
      laplacianSquares += laplacian * laplacian
      const cell = row + Math.floor((x * edgeColumns) / widthPx)
      cells[cell] = (cells[cell] as number) + Math.abs(right - left) + Math.abs(below - above)
      sizes[cell] = (sizes[cell] as number) + 1
    }
  }
  const inner = Math.max(1, (widthPx - 2) * (heightPx - 2))
  const sharpness = Math.max(0, laplacianSquares / inner - (laplacians / inner) ** 2)
  const edges = new Uint8Array(cells.length)
  for (let i = 0; i < cells.length; i += 1)
    edges[i] = Math.min(255, (2 * (cells[i] as number)) / Math.max(1, sizes[i] as number))
  return { meanLuma, contrast, sharpness, edges }
}
