import { glanceAt, greyOf } from '../../detectors/glance.ts'
import { greySample } from '../../detectors/luma-sample.ts'
import { blacken, maskRaster } from '../../detectors/mask-raster.ts'
import { detectMotion, learnNothing } from '../../detectors/motion.ts'
import { sceneStats } from '../../detectors/scene-stats.ts'
import type { AnalyseRequest, Analysis, MotionMemory } from '../model/vision.ts'

export type Glimpse = Pick<
  Analysis,
  'widthPx' | 'heightPx' | 'sample' | 'motion' | 'memory' | 'scene'
>

export interface Gate {
  readonly seen: Glimpse
  /** To be called when the models have looked at what moved and found nothing. */
  learnNothing(): void
}

/** The cheap look that decides whether the models are asked at all. */
export async function lookAtGate(
  jpeg: Uint8Array,
  memory: MotionMemory | null,
  masks: AnalyseRequest['masks'],
): Promise<Gate> {
  const { image, originalWidthPx, originalHeightPx } = await glanceAt(jpeg)
  const grey = greyOf(image)
  const masked = maskRaster(masks ?? [], grey.widthPx, grey.heightPx)
  blacken(grey.data, masked)
  const { memory: next, ...motion } = detectMotion(grey, memory, masked)
  return {
    seen: {
      widthPx: originalWidthPx,
      heightPx: originalHeightPx,
      sample: greySample(grey),
      motion,
      memory: next,
      scene: sceneStats(grey),
    },
    learnNothing: () => learnNothing(grey, next),
  }
}
