import { createFaceDetector, type Face } from '../../../detectors/face-detector.ts'
import { createFaceEmbedder } from '../../../detectors/face-embedder.ts'
import type { DecodedImage } from '../../../detectors/image.ts'
import type { EvalKit, Looked, Picture } from './task.ts'

export const faceModel = 'face_det_yunet_n_dynamic.onnx'
export const embeddingModel = 'face_rec_mobilefacenet_128.onnx'

/** Lower than at a door: here each picture is known to show a face. */
export const faceScoreMin = 0.5

/**
 * The face a portrait is about: large and near the middle (area minus twice the squared distance of
 * its centre from the picture's, as in InsightFace's example applications); null without a face.
 */
export function mainFace(image: DecodedImage, faces: readonly Face[]): Face | null {
  const weightOf = ({ boxPx: [left, top, widthPx, heightPx] }: Face): number => {
    const x = left + widthPx / 2 - image.originalWidthPx / 2
    const y = top + heightPx / 2 - image.originalHeightPx / 2
    return widthPx * heightPx - 2 * (x * x + y * y)
  }
  return faces.reduce<Face | null>(
    (best, face) => (best === null || weightOf(face) > weightOf(best) ? face : best),
    null,
  )
}

/** Embeddings of the main faces by path; null where no face was found, a reason where no picture was. */
export async function embedAll(
  kit: EvalKit,
  pictures: readonly Picture[],
  flip: boolean,
): Promise<ReadonlyMap<string, Float32Array | string>> {
  const models = [await kit.model(faceModel), await kit.model(embeddingModel)] as const
  const detector = await createFaceDetector(models[0].bytes)
  const embedder = await createFaceEmbedder(models[1].bytes)
  try {
    const seen = await kit.each(
      pictures,
      { models, settings: `embedding flip=${flip} score=${faceScoreMin}` },
      async (image): Promise<number[] | null> => {
        const face = mainFace(image, await detector.detect(image, { scoreMin: faceScoreMin }))
        if (face === null) return null
        const embedding = await embedder.embed(image, face.landmarksPx, { flip })
        return Array.from(embedding, (value) => Math.round(value * 1e6) / 1e6)
      },
    )
    return new Map([...seen].map(([path, looked]) => [path, embeddingOf(looked)]))
  } finally {
    await Promise.all([detector.dispose(), embedder.dispose()])
  }
}

const embeddingOf = (looked: Looked<number[] | null>): Float32Array | string => {
  if (!looked.ok) return looked.why
  return looked.value === null ? 'no-face' : Float32Array.from(looked.value)
}
