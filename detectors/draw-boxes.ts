import type { Box } from './image.ts'

export interface DrawnBox {
  readonly boxPx: Box
  /** Class, confidence, fact: `car 0.87 · 00:35`. */
  readonly label: string
  /** What the picture is shown for; drawn solid, the others dashed and pale. */
  readonly subject: boolean
}

export interface DrawnZone {
  /** Relative picture coordinates 0..1. */
  readonly polygon: readonly (readonly [number, number])[]
}

/** What is drawn over a picture, in its own pixels. */
export interface Overlay {
  readonly boxes: readonly DrawnBox[]
  readonly zones: readonly DrawnZone[]
}

const ink = '#18212F'
const lamp = '#FFB224'
const fonts = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif"

/**
 * The overlay as SVG, after the look's "Evidence and faces": subject 2 px amber with a 4 px white
 * keyline and its label on an ink tab; others dashed and pale; zones dashed ochre, 16 % filled. Lines
 * grow with the picture, so that they look the same where it is shown smaller.
 */
export function overlaySvg(overlay: Overlay, widthPx: number, heightPx: number): string {
  const unit = Math.max(1, Math.max(widthPx, heightPx) / 1280)
  const zones = overlay.zones.map((zone) => zoneSvg(zone, widthPx, heightPx, unit))
  const others = overlay.boxes.filter((box) => !box.subject)
  const subjects = overlay.boxes.filter((box) => box.subject)
  const marks = [
    ...others.map((box) => otherSvg(box, unit)),
    ...subjects.map((box) => subjectSvg(box, unit, widthPx)),
  ]
  const size = `width="${widthPx}" height="${heightPx}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${zones.join('')}${marks.join('')}</svg>`
}

function zoneSvg(zone: DrawnZone, widthPx: number, heightPx: number, unit: number): string {
  const points = zone.polygon
    .map(([x, y]) => `${round(x * widthPx)},${round(y * heightPx)}`)
    .join(' ')
  const dash = `${round(8 * unit)} ${round(5 * unit)}`
  return (
    `<polygon points="${points}" fill="#B45300" fill-opacity="0.16" stroke="#B45300" ` +
    `stroke-width="${round(2 * unit)}" stroke-dasharray="${dash}"/>`
  )
}

function otherSvg(box: DrawnBox, unit: number): string {
  const dash = `${round(6 * unit)} ${round(4 * unit)}`
  return rect(box.boxPx, '#FFFFFF', 1.5 * unit, `stroke-opacity="0.75" stroke-dasharray="${dash}"`)
}

function subjectSvg(box: DrawnBox, unit: number, widthPx: number): string {
  const fontPx = 15 * unit
  const tabHeight = 22 * unit
  const tabWidth = Math.min(widthPx, textWidth(box.label, fontPx) + 14 * unit)
  const left = Math.max(0, Math.min(box.boxPx[0], widthPx - tabWidth))
  const top = Math.max(0, box.boxPx[1] - tabHeight)
  return [
    rect(box.boxPx, '#FFFFFF', 4 * unit, ''),
    rect(box.boxPx, lamp, 2 * unit, ''),
    `<rect x="${round(left)}" y="${round(top)}" width="${round(tabWidth)}" height="${round(tabHeight)}" rx="${round(3 * unit)}" fill="${ink}"/>`,
    `<text x="${round(left + 7 * unit)}" y="${round(top + 16 * unit)}" font-family="${fonts}" font-size="${round(fontPx)}" fill="#FFFFFF">${escapeXml(box.label)}</text>`,
  ].join('')
}

const rect = (box: Box, stroke: string, strokePx: number, extra: string): string =>
  `<rect x="${round(box[0])}" y="${round(box[1])}" width="${round(box[2])}" height="${round(box[3])}" ` +
  `fill="none" stroke="${stroke}" stroke-width="${round(strokePx)}" ${extra}/>`

/** A Chinese character is as wide as it is high, a Latin one a little over half. */
function textWidth(text: string, fontPx: number): number {
  const wide = text.match(/[\u2e80-\uffff]/g)?.length ?? 0
  return (wide + (text.length - wide) * 0.58) * fontPx
}

const round = (value: number): number => Math.round(value * 10) / 10

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
const escapeXml = (text: string): string =>
  // Control characters are not allowed in XML 1.0 at all.
  text.replace(/[&<>"']/g, (char) => escapes[char] ?? '').replace(/\p{Cc}/gu, ' ')
