import { type Box, iou } from '../../../detectors/image.ts'

/** Of one picture, of one class or group. */
export interface Judged {
  readonly truths: readonly Box[]
  readonly found: readonly { readonly box: Box; readonly score: number }[]
}

export interface PrecisionCurve {
  /** Null without a labelled object. */
  readonly ap50: number | null
  readonly truths: number
  readonly points: readonly (readonly [recall: number, precision: number])[]
}

/**
 * Average precision at IoU 0.5 with all-point interpolation (PASCAL VOC 2010 and later): found boxes of
 * all pictures by falling score; each takes the free label that it overlaps most, the others are wrong.
 */
export function averagePrecision(pictures: readonly Judged[]): PrecisionCurve {
  const truths = pictures.reduce((sum, picture) => sum + picture.truths.length, 0)
  const hits = pictures.flatMap(matchPicture).sort((a, b) => b.score - a.score)
  if (truths === 0) return { ap50: null, truths, points: [] }
  const points: [number, number][] = []
  let right = 0
  for (const [i, { hit }] of hits.entries()) {
    if (hit) right += 1
    points.push([right / truths, right / (i + 1)])
  }
  let area = 0
  let ceiling = 0
  for (let i = points.length - 1; i >= 0; i -= 1) {
    const [recall, precision] = points[i] as [number, number]
    ceiling = Math.max(ceiling, precision)
    area += (recall - (points[i - 1]?.[0] ?? 0)) * ceiling
  }
  return { ap50: area, truths, points }
}

function matchPicture({ truths, found }: Judged): { score: number; hit: boolean }[] {
  const taken = new Set<number>()
  return found
    .toSorted((a, b) => b.score - a.score)
    .map(({ box, score }) => {
      let best = -1
      let overlap = 0.5
      for (const [i, truth] of truths.entries()) {
        const shared = iou(box, truth)
        if (taken.has(i) || shared < overlap) continue
        overlap = shared
        best = i
      }
      if (best !== -1) taken.add(best)
      return { score, hit: best !== -1 }
    })
}
