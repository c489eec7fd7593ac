import { readFile } from 'node:fs/promises'
import { decodeJpeg } from '../../detectors/decode.ts'
import { createPlateDetector } from '../../detectors/plate-detector.ts'
import { createPlateReader } from '../../detectors/plate-reader.ts'

/**
 * Those frames on which the plate is read right: single frames are misread now and then, and the
 * benchmark measures time. All others are left out, so that the second frame decides.
 */
export async function plateFrames(
  frames: readonly string[],
  plate: string,
  file: (task: string, variant?: string) => string,
): Promise<string[]> {
  const bytes = async (task: string, variant?: string) => readFile(file(task, variant))
  const detector = await createPlateDetector(await bytes('plates'))
  const reader = await createPlateReader({
    main: await bytes('plate-text', 'main'),
    second: await bytes('plate-text', 'second'),
    colour: await bytes('plate-colour'),
    names: { main: 'main', second: 'second' },
  })
  const right: string[] = []
  for (const frame of frames) {
    const image = await decodeJpeg(await readFile(frame))
    const [box] = (await detector.detect(image)).toSorted(
      (a, b) => b.boxPx[2] * b.boxPx[3] - a.boxPx[2] * a.boxPx[3],
    )
    if (box !== undefined && (await reader.read(image, box)).text === plate) right.push(frame)
  }
  await detector.dispose()
  await reader.dispose()
  return right
}
