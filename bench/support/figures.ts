/** The value below which `share` (0..1) of the values lie, nearest rank; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Slope of y over x by least squares; 0 of fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const count = points.length
  if (count < 2) return 0
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count
  let above = 0
  let below = 0
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY)
    below += (x - meanX) ** 2
  }
  return below === 0 ? 0 : above / below
}

/** Standard error of that slope, from the residuals; NaN of fewer than three points. */
export function slopeError(points: readonly (readonly [x: number, y: number])[]): number {
  const count = points.length
  if (count < 3) return Number.NaN
  const by = slope(points)
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count
  const residual = points.reduce((sum, [x, y]) => sum + (y - meanY - by * (x - meanX)) ** 2, 0)
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return Math.sqrt(residual / (count - 2) / spread)
}
