/** A line chart; on a logarithmic axis values at or below its first tick lie on the edge. */
export interface Chart {
  readonly title: string
  readonly xAxis: Axis
  readonly yAxis: Axis
  readonly lines: readonly {
    readonly name: string
    readonly points: readonly (readonly [number, number])[]
  }[]
}

export interface Axis {
  readonly label: string
  /** Ascending; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[]
  readonly logarithmic?: boolean
}

const widthPx = 560
const heightPx = 360
const marginPx = 56
const colours = ['#0b6bcb', '#c2410c', '#15803d', '#7e22ce', '#475569', '#be123c']

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Inline SVG, without script or font of its own. */
export function drawChart({ xAxis, yAxis, lines }: Chart): string {
  const atX = position(xAxis, marginPx, widthPx - 16)
  const atY = position(yAxis, heightPx - marginPx, 16)
  const left = marginPx
  const bottom = heightPx - marginPx
  const grid = [
    ...xAxis.ticks.map(
      (tick) =>
        `<path d="M${atX(tick)} 16V${bottom}" stroke="#e2e8f0"/><text x="${atX(tick)}" y="${bottom + 18}" text-anchor="middle">${label(tick)}</text>`,
    ),
    ...yAxis.ticks.map(
      (tick) =>
        `<path d="M${left} ${atY(tick)}H${widthPx - 16}" stroke="#e2e8f0"/><text x="${left - 6}" y="${atY(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
    ),
  ]
  const drawn = lines.map(({ name, points }, i) => {
    const colour = colours[i % colours.length] as string
    const path = thin(points)
      .map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${atX(x).toFixed(1)} ${atY(y).toFixed(1)}`)
      .join('')
    const legend = `<text x="${widthPx - 24}" y="${32 + 16 * i}" text-anchor="end" fill="${colour}">${escapeXml(name)}</text>`
    // A line of one point has no length: it is a dot.
    const [only] = points.length === 1 ? points : []
    if (only !== undefined)
      return `<circle cx="${atX(only[0]).toFixed(1)}" cy="${atY(only[1]).toFixed(1)}" r="4" fill="${colour}"/>${legend}`
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${legend}`
  })
  return `<svg viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" role="img" font-size="12" fill="#1c2733">
${grid.join('')}${drawn.join('')}
<text x="${(left + widthPx) / 2}" y="${heightPx - 12}" text-anchor="middle">${escapeXml(xAxis.label)}</text>
<text transform="translate(14 ${bottom / 2}) rotate(-90)" text-anchor="middle">${escapeXml(yAxis.label)}</text></svg>`
}

function position(axis: Axis, fromPx: number, toPx: number): (value: number) => number {
  const low = axis.ticks[0] ?? 0
  const high = axis.ticks.at(-1) ?? 1
  const scale = axis.logarithmic === true ? Math.log10 : (value: number) => value
  return (value) => {
    const held = Math.max(low, Math.min(high, value))
    const part = (scale(held) - scale(low)) / (scale(high) - scale(low))
    return fromPx + part * (toPx - fromPx)
  }
}

const label = (tick: number): string =>
  tick !== 0 && tick < 0.01 ? tick.toExponential(0) : String(tick)

/** At most 400 points: more cannot be seen. */
function thin<T>(points: readonly T[]): readonly T[] {
  const step = Math.ceil(points.length / 400)
  return step <= 1 ? points : points.filter((_, i) => i % step === 0 || i === points.length - 1)
}
