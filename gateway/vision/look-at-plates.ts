import type { Detection, PlateSeen } from '../../contracts/detections.ts'
import type { DecodedImage } from '../../detectors/image.ts'
import type { Eyes } from './eyes.ts'

/** Plates read in one frame: the largest, which are the nearest to the barrier. */
const readMax = 4

export interface PlatesFound {
  readonly detections: readonly Detection[]
  readonly plates: readonly PlateSeen[]
}

/** Licence plates and what both recognisers say of the largest four. */
export async function lookAtPlates(eyes: Eyes, image: DecodedImage): Promise<PlatesFound> {
  const { plates: detector, reader } = eyes
  if (detector === null) return { detections: [], plates: [] }
  const found = (await detector.detect(image)).toSorted(
    (a, b) => b.boxPx[2] * b.boxPx[3] - a.boxPx[2] * a.boxPx[3],
  )
  const plates: PlateSeen[] = []
  if (reader !== null)
    for (const plate of found.slice(0, readMax)) plates.push(await reader.read(image, plate))
  const detections = found.map(({ score, boxPx }, i) => ({
    label: 'plate',
    score,
    boxPx,
    text: plates[i]?.text ?? null,
  }))
  return { detections, plates }
}
