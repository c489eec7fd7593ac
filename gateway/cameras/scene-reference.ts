import type { SceneStats } from '../model/vision.ts'

export const edgeColumns = 32
export const edgeRows = 18
const tileColumns = 4
const tileRows = 3

/** What a camera usually shows; follows the picture slowly, so that dusk, dawn and fog are no events. */
export class SceneReference {
  readonly #tauMs: number
  #edges: Float32Array | null = null
  #at = 0
  #bornAt = 0
  #looks = 0
  luma = 0
  contrast = 0
  sharpness = 0

  constructor(tauMs: number) {
    this.#tauMs = tauMs
  }

  get looks(): number {
    return this.#looks
  }

  /** How long it has been learning at `at`, ms. */
  ageMs(at: number): number {
    return this.#edges === null ? 0 : at - this.#bornAt
  }

  learn(stats: SceneStats, at: number): void {
    const edges = prepared(stats.edges)
    if (this.#edges === null || this.#edges.length !== edges.length) {
      this.#edges = edges
      this.#bornAt = at
      this.#looks = 0
      Object.assign(this, {
        luma: stats.meanLuma,
        contrast: stats.contrast,
        sharpness: stats.sharpness,
      })
    }
    this.#looks += 1
    // A mean while it is young, then an exponential one.
    const share = Math.max(1 / this.#looks, 1 - Math.exp(-Math.max(0, at - this.#at) / this.#tauMs))
    this.#at = at
    const step = Math.min(1, this.#looks <= 20 ? share : Math.min(share, 0.25))
    this.luma += step * (stats.meanLuma - this.luma)
    this.contrast += step * (stats.contrast - this.contrast)
    this.sharpness += step * (stats.sharpness - this.sharpness)
    for (let i = 0; i < edges.length; i += 1) {
      const before = this.#edges[i] ?? 0
      this.#edges[i] = before + step * ((edges[i] ?? 0) - before)
    }
  }

  /** Pearson correlation of the edge maps, -1..1; 1 where nothing has been learnt. */
  likeness(stats: SceneStats): number {
    if (this.#edges === null) return 1
    return correlation(this.#edges, prepared(stats.edges), 0, edgeColumns, 0, edgeRows)
  }

  /**
   * Share of the 12 tiles of the picture, 0..1, that still look as they did. Something large before the
   * lens hides some of them; a turned camera changes all that have any structure.
   */
  tilesKept(stats: SceneStats, likenessMin: number): number {
    if (this.#edges === null) return 1
    const now = prepared(stats.edges)
    let kept = 0
    let telling = 0
    for (let row = 0; row < tileRows; row += 1) {
      for (let column = 0; column < tileColumns; column += 1) {
        const [x0, x1] = span(column, tileColumns, edgeColumns)
        const [y0, y1] = span(row, tileRows, edgeRows)
        if (deviation(this.#edges, x0, x1, y0, y1) < 0.5) continue
        telling += 1
        if (correlation(this.#edges, now, x0, x1, y0, y1) >= likenessMin) kept += 1
      }
    }
    return telling === 0 ? 0 : kept / telling
  }
}

const span = (index: number, parts: number, cells: number): readonly [number, number] => [
  Math.floor((index * cells) / parts),
  Math.floor(((index + 1) * cells) / parts),
]

/** Square roots: one strong lamp must not outvote the rest of the picture. */
function prepared(edges: Uint8Array): Float32Array {
  const roots = new Float32Array(edges.length)
  for (let i = 0; i < edges.length; i += 1) roots[i] = Math.sqrt(edges[i] ?? 0)
  return roots
}

function correlation(
  a: Float32Array,
  b: Float32Array,
  x0: number,
  x1: number,
  y0: number,
  y1: number,
): number {
  let [n, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0]
  for (let y = y0; y < y1; y += 1) {
    for (let x = x0; x < x1; x += 1) {
      const va = a[y * edgeColumns + x] ?? 0
      const vb = b[y * edgeColumns + x] ?? 0
      n += 1
      sumA += va
      sumB += vb
      sumAA += va * va
      sumBB += vb * vb
      sumAB += va * vb
    }
  }
  const spread = Math.sqrt(
    Math.max(0, sumAA - (sumA * sumA) / n) * Math.max(0, sumBB - (sumB * sumB) / n),
  )
  return spread < 1e-6 ? 0 : (sumAB - (sumA * sumB) / n) / spread
}

function deviation(a: Float32Array, x0: number, x1: number, y0: number, y1: number): number {
  let [n, sum, squares] = [0, 0, 0]
  for (let y = y0; y < y1; y += 1) {
    for (let x = x0; x < x1; x += 1) {
      const value = a[y * edgeColumns + x] ?? 0
      n += 1
      sum += value
      squares += value * value
    }
  }
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2))
}
