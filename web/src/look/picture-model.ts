import type { BoxPx, Detection } from '../../../contracts/detections.ts'

export interface PictureBox {
  readonly label: string
  readonly score: number | null
  readonly subject: boolean
  /** Percent of the picture: left, top, width, height. */
  readonly at: readonly [number, number, number, number]
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(a: BoxPx, b: BoxPx): number {
  const widthPx = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0])
  const heightPx = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])
  if (widthPx <= 0 || heightPx <= 0) return 0
  const both = widthPx * heightPx
  return both / (a[2] * a[3] + b[2] * b[3] - both)
}

export interface PictureFacts {
  readonly widthPx: number
  readonly heightPx: number
  readonly detections: readonly Detection[]
  readonly subjectPx?: BoxPx
}

/** The detection that lies on `subjectPx` is the subject; where none does, the subject is drawn by itself. */
export function pictureBoxes(facts: PictureFacts): PictureBox[] {
  const { widthPx, heightPx, detections, subjectPx } = facts
  if (widthPx <= 0 || heightPx <= 0) return []
  const percent = (box: BoxPx): PictureBox['at'] => [
    (box[0] / widthPx) * 100,
    (box[1] / heightPx) * 100,
    (box[2] / widthPx) * 100,
    (box[3] / heightPx) * 100,
  ]
  const scores = detections.map((d) => (subjectPx === undefined ? 0 : overlap(d.boxPx, subjectPx)))
  const best = scores.indexOf(Math.max(0, ...scores))
  const found = best >= 0 && (scores[best] ?? 0) >= 0.5
  const boxes = detections.map((d, index) => ({
    label: d.label,
    score: d.score,
    subject: found && index === best,
    at: percent(d.boxPx),
  }))
  if (subjectPx !== undefined && !found)
    boxes.push({ label: 'subject', score: 0, subject: true, at: percent(subjectPx) })
  return boxes.sort((a, b) => Number(a.subject) - Number(b.subject))
}
