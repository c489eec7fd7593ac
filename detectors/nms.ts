import { iou, type Scored } from './image.ts'

/**
 * Greedy non-maximum suppression: the best box stays, boxes that overlap a kept one by more than
 * `iouMax` go; at most `keepMax` stay. Sorted by score, best first.
 */
export function suppress<T extends Scored>(
  candidates: readonly T[],
  iouMax: number,
  keepMax = 100,
): T[] {
  const ordered = [...candidates].sort((a, b) => b.score - a.score)
  const kept: T[] = []
  for (const candidate of ordered) {
    if (kept.length >= keepMax) break
    if (kept.every((other) => iou(other.box, candidate.box) <= iouMax)) kept.push(candidate)
  }
  return kept
}
