import type { Overlay } from '../../detectors/draw-boxes.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { Redact, RedactRequest } from '../model/vision.ts'
import type { LatestFrame } from './camera.ts'

interface Shown {
  readonly latest: LatestFrame
  readonly picture: Promise<Buffer>
}

/**
 * Pictures for people: the latest frame with faces destroyed. However many look on, each frame is
 * redacted once per kind; at most `atOnceMax` pictures are being made at a time, and who comes on top
 * gets the picture before.
 */
export class LiveView {
  readonly #redact: Redact
  readonly #atOnceMax: number
  readonly #shown = new Map<string, Shown>()
  #making = 0

  constructor(redact: Redact, atOnceMax: number) {
    this.#redact = redact
    this.#atOnceMax = atOnceMax
  }

  async show(
    key: string,
    latest: LatestFrame,
    zones: CameraSettings['zones'],
    boxes: boolean,
  ): Promise<Buffer | null> {
    const place = `${key} ${boxes}`
    const before = this.#shown.get(place)
    if (before?.latest === latest) return before.picture
    if (this.#making >= this.#atOnceMax) return (await before?.picture) ?? null
    const picture = this.#make(latest, boxes ? overlayOf(latest, zones) : null)
    this.#shown.set(place, { latest, picture })
    picture.catch(() => {
      if (this.#shown.get(place)?.picture === picture) this.#shown.delete(place)
    })
    return picture
  }

  forget(key: string): void {
    for (const boxes of [true, false]) this.#shown.delete(`${key} ${boxes}`)
  }

  async #make(latest: LatestFrame, overlay: Overlay | null): Promise<Buffer> {
    this.#making += 1
    try {
      return (await this.#redact(latest.frame.jpeg, { ...knownFaces(latest), overlay })).jpeg
    } finally {
      this.#making -= 1
    }
  }
}

/** Faces that the analysis found; the redaction looks again, and closer. */
export const knownFaces = (latest: LatestFrame): Pick<RedactRequest, 'knownFacesPx'> => ({
  knownFacesPx: latest.analysis.detections
    .filter((found) => found.label === 'face')
    .map((found) => found.boxPx),
})

function overlayOf(latest: LatestFrame, zones: CameraSettings['zones']): Overlay {
  return {
    zones: zones.map(({ polygon }) => ({ polygon })),
    boxes: latest.objects
      .filter((object) => object.label !== 'face')
      .map((object) => ({
        boxPx: object.detection.boxPx,
        label: `${object.label} ${object.score.toFixed(2)}`,
        subject: object.zones.length > 0 || zones.length === 0,
      })),
  }
}
