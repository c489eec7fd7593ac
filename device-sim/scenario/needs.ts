import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hasFfmpeg } from '../frames/clips.ts'
import { hasMedia, type Media } from '../frames/media.ts'

/** What a part of the play needs to be possible at all; decided before the run, by looking, not by asking Linli. */
export const needNames = [
  'vehicle-weights',
  'scene-photos',
  'person-video',
  'face-weights',
  'plate-weights',
  'test-mode',
  'fresh-history',
] as const
export type Need = (typeof needNames)[number]

/** File names under which the weights are known (config/models.yaml). */
const objects = ['object_det_yolox_nano_416.onnx'] as const
const faces = [
  'face_det_yunet_n_dynamic.onnx',
  'face_rec_mobilefacenet_128.onnx',
  'face_liveness_minifasnet_v2_2.7.onnx',
  'face_liveness_minifasnet_v1se_4.0.onnx',
] as const
const plates = [
  'plate_det_hyperlpr_y5fu_640.onnx',
  'plate_color_hyperlpr_cls_96.onnx',
  'plate_rec_intel_barrier_0001.onnx',
  'plate_rec_lprnet_sirius.onnx',
] as const

export interface Surroundings {
  readonly modelFolders: readonly string[]
  readonly media: Media | null
  /** No configuration of somebody else's: faces open doors by pictures alone. */
  readonly testMode: boolean
  /** The home has never been played. */
  readonly fresh: boolean
}

export function lookForNeeds({
  modelFolders,
  media,
  testMode,
  fresh,
}: Surroundings): ReadonlySet<Need> {
  const weights = (files: readonly string[]): boolean =>
    files.every((file) => modelFolders.some((folder) => existsSync(join(folder, file))))
  const needs = new Set<Need>()
  const sees = weights(objects)
  if (sees && media !== null) needs.add('vehicle-weights')
  if (sees && hasMedia(media, 'scenes')) needs.add('scene-photos')
  if (sees && hasMedia(media, 'person') && hasFfmpeg()) needs.add('person-video')
  if (weights(faces) && hasMedia(media, 'faces')) needs.add('face-weights')
  if (weights(plates) && hasMedia(media, 'plates')) needs.add('plate-weights')
  if (testMode) needs.add('test-mode')
  if (fresh) needs.add('fresh-history')
  return needs
}
