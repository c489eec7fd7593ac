import { resolveDefaultModels, shippedModels } from '../../../config/models.ts'
import type { Detection } from '../../../contracts/detections.ts'
import type { Logger } from '../../../gateway/model/logger.ts'
import { sharedDir } from '../../support/needs.ts'

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

export const realModels = () => resolveDefaultModels(shippedModels(), [`${sharedDir}models`])
export const noModels = () => resolveDefaultModels(shippedModels(), ['/nowhere'])

export const seen = (
  label: string,
  boxPx: [number, number, number, number],
  score = 0.8,
): Detection => ({ label, score, boxPx })
