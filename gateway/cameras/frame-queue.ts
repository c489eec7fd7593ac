import type { CameraSettings } from '../../contracts/roster.ts'
import type { CameraFrame } from '../model/frame.ts'

export type Priority = CameraSettings['priority']
export const priorities: readonly Priority[] = ['door', 'care', 'public']

/** Why a frame left the queue unseen. */
export type QueueDrop = 'replaced' | 'queue-bytes'

export interface WaitingFrame {
  readonly key: string
  readonly priority: Priority
  readonly frame: CameraFrame
  /** Monotonic ms at which it came in. */
  readonly at: number
}

/**
 * The frames that wait for a detector: the latest of each camera and no other. Doors go first, then
 * care, then public space; within a class the camera that has waited longest. Over the byte bound the
 * oldest public frames go, then care; a door's frame only gives way to a newer one of that door.
 */
export class FrameQueue {
  /** In the order in which the cameras began to wait. */
  readonly #waiting = new Map<string, WaitingFrame>()
  readonly #bytesMax: number
  readonly #drop: (frame: WaitingFrame, cause: QueueDrop) => void
  #bytes = 0

  constructor(bytesMax: number, drop: (frame: WaitingFrame, cause: QueueDrop) => void) {
    this.#bytesMax = bytesMax
    this.#drop = drop
  }

  get size(): number {
    return this.#waiting.size
  }

  push(frame: WaitingFrame): void {
    const older = this.#waiting.get(frame.key)
    if (older !== undefined) {
      this.#bytes -= older.frame.jpeg.length
      this.#drop(older, 'replaced')
    }
    // Replacing keeps the camera's place: a fast camera does not send itself to the back.
    this.#waiting.set(frame.key, frame)
    this.#bytes += frame.frame.jpeg.length
    for (const victims of ['public', 'care'] as const) {
      if (this.#bytes > this.#bytesMax) this.#shed(victims)
    }
  }

  /** The next frame of a camera for which `mayRun` says yes, of one of these priorities. */
  take(
    mayRun: (key: string) => boolean,
    among: readonly Priority[] = priorities,
  ): WaitingFrame | null {
    for (const priority of among) {
      for (const waiting of this.#waiting.values()) {
        if (waiting.priority !== priority || !mayRun(waiting.key)) continue
        this.#remove(waiting)
        return waiting
      }
    }
    return null
  }

  forget(key: string): void {
    const waiting = this.#waiting.get(key)
    if (waiting !== undefined) this.#remove(waiting)
  }

  #shed(priority: Priority): void {
    const victims = [...this.#waiting.values()]
      .filter((waiting) => waiting.priority === priority)
      .sort((a, b) => a.at - b.at)
    for (const victim of victims) {
      if (this.#bytes <= this.#bytesMax) return
      this.#remove(victim)
      this.#drop(victim, 'queue-bytes')
    }
  }

  #remove(waiting: WaitingFrame): void {
    this.#waiting.delete(waiting.key)
    this.#bytes -= waiting.frame.jpeg.length
  }
}
