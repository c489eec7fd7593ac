/**
 * What COCO knows of a street stall's gear. Asked for only where a camera has a zone of kind `road`: a
 * hall is full of chairs, and none of them is news.
 */
export const stallGear: ReadonlySet<string> = new Set([
  'umbrella',
  'dining table',
  'chair',
  'bench',
])
