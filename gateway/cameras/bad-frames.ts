import { CodedError } from '../../contracts/errors.ts'
import type { Quarantined } from '../../contracts/health.ts'
import { deviceTopic } from '../../contracts/topics.ts'
import type { CameraFrame } from '../model/frame.ts'

/** Counts what is no picture, by code. */
export class BadFrames {
  readonly #counts = new Map<string, number>()

  note(frame: CameraFrame, error: unknown): Quarantined {
    const code = error instanceof CodedError ? error.code : 'frame.damaged'
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
    return {
      ts: frame.receivedAt,
      topic: deviceTopic(frame.community, frame.camera, 'frame'),
      client: frame.camera,
      code,
      detail: (error instanceof Error ? error.message : String(error)).slice(0, 500),
      bytes: frame.jpeg.length,
    }
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
