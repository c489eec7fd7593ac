import type { Overlay } from '../../detectors/draw-boxes.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import type { Redact, RedactRequest } from '../model/vision.ts'
import type { LatestFrame } from './camera.ts'

type ViewSettings = Pick<CameraSettings, 'zones' | 'masks'>

interface Shown {
  readonly latest: LatestFrame
  readonly picture: Promise<Buffer>
}

/** Viewers that may wait for a first picture; a wall of 272 cameras fits. */
const turnsMax = 512

/**
 * Pictures for people: the latest frame with faces destroyed. However many look on, each frame is
 * redacted once per kind; at most `atOnceMax` pictures are being made at a time. Who comes on top gets
 * the picture before; where there is none, waits for a turn.
 */
export class LiveView {
  readonly #redact: Redact
  readonly #atOnceMax: number
  readonly #shown = new Map<string, Shown>()
  readonly #turns: (() => void)[] = []
  #making = 0

  constructor(redact: Redact, atOnceMax: number) {
    this.#redact = redact
    this.#atOnceMax = atOnceMax
  }

  async show(
    key: string,
    latest: LatestFrame,
    settings: ViewSettings,
    boxes: boolean,
  ): Promise<Buffer | null> {
    const place = `${key} ${boxes}`
    const before = this.#shown.get(place)
    if (before?.latest === latest) return before.picture
    if (this.#making >= this.#atOnceMax) {
      if (before !== undefined) return before.picture
      if (this.#turns.length >= turnsMax) return null
      await new Promise<void>((resolve) => this.#turns.push(resolve))
      return this.show(key, latest, settings, boxes)
    }
    const overlay = boxes ? overlayOf(latest, settings.zones) : null
    const picture = this.#make(latest, overlay, settings.masks)
    this.#shown.set(place, { latest, picture })
    picture.catch(() => {
      if (this.#shown.get(place)?.picture === picture) this.#shown.delete(place)
    })
    return picture
  }

  forget(key: string): void {
    for (const boxes of [true, false]) this.#shown.delete(`${key} ${boxes}`)
  }

  async #make(
    latest: LatestFrame,
    overlay: Overlay | null,
    masks: ViewSettings['masks'],
  ): Promise<Buffer> {
    this.#making += 1
    const request = { ...knownFaces(latest), overlay, ...(masks === undefined ? {} : { masks }) }
    try {
      return (await this.#redact(latest.frame.jpeg, request)).jpeg
    } finally {
      this.#making -= 1
      this.#turns.shift()?.()
    }
  }
}

/** Faces that are followed, and those found in this very frame; the redaction looks again, and closer. */
export const knownFaces = (latest: LatestFrame): Pick<RedactRequest, 'knownFacesPx'> => ({
  knownFacesPx: [
    ...latest.analysis.detections,
    ...latest.objects.map((object) => object.detection),
  ].flatMap(({ label, boxPx }) => (label === 'face' ? [boxPx] : [])),
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
