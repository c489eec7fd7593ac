import type { ClipFrame } from './clip-buffer.ts'

export interface ClipPlan {
  /** Frames of the camera that are shown, in the order of time; each is redacted once. */
  readonly frames: readonly ClipFrame[]
  /** For each picture of the video the index of the frame that it shows. */
  readonly shown: readonly number[]
  readonly framesPerSecond: number
}

export interface ClipBounds {
  /** Frames of the camera at most: beyond it they are thinned out evenly. */
  readonly framesMax: number
  readonly framesPerSecondMax: number
}

/**
 * Lays frames that came when they came onto the even time of a video: each picture shows the last frame
 * that had been taken by then, so that a gap is a standing picture and the clip lasts as long as what
 * it shows. Null where there are fewer than two frames.
 */
export function planClip(collected: readonly ClipFrame[], bounds: ClipBounds): ClipPlan | null {
  const frames = thinned(inOrder(collected), bounds.framesMax)
  const first = frames[0]
  const last = frames.at(-1)
  if (first === undefined || last === undefined || last.receivedAt <= first.receivedAt) return null
  const spanMs = last.receivedAt - first.receivedAt
  // Twice the mean rate: no frame is shown more than half its time too early or late.
  const rate = Math.ceil((2_000 * (frames.length - 1)) / spanMs)
  const framesPerSecond = Math.max(2, Math.min(bounds.framesPerSecondMax, rate))
  const stepMs = 1_000 / framesPerSecond
  const shown: number[] = []
  let index = 0
  const pictures = Math.floor(spanMs / stepMs) + 1
  for (let i = 0; i < pictures; i += 1) {
    const at = first.receivedAt + i * stepMs
    while (index + 1 < frames.length && (frames[index + 1]?.receivedAt ?? Infinity) <= at)
      index += 1
    shown.push(index)
  }
  return { frames, shown, framesPerSecond }
}

function inOrder(frames: readonly ClipFrame[]): ClipFrame[] {
  return [...frames].sort((a, b) => a.receivedAt - b.receivedAt)
}

function thinned(frames: readonly ClipFrame[], framesMax: number): readonly ClipFrame[] {
  if (frames.length <= framesMax) return frames
  const step = (frames.length - 1) / (framesMax - 1)
  return Array.from({ length: framesMax }, (_, i) => frames[Math.round(i * step)]).filter(
    (frame) => frame !== undefined,
  )
}
