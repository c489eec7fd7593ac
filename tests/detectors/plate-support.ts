import type { PlateSeen } from '../../contracts/detections.ts'
import { createPlateReader } from '../../detectors/plate-reader.ts'
import { modelFile } from './support.ts'

export const mainFile = 'plate_rec_intel_barrier_0001.onnx'
export const secondFile = 'plate_rec_lprnet_sirius.onnx'

export const openReader = () =>
  createPlateReader({
    main: modelFile(mainFile),
    second: modelFile(secondFile),
    colour: modelFile('plate_color_hyperlpr_cls_96.onnx'),
    names: { main: mainFile, second: secondFile },
  })

/** A frame in which every character was equally certain. */
export const seen = (text: string | null, confidence = 0.9): PlateSeen => ({
  score: 0.9,
  boxPx: [100, 100, 120, 40],
  cornersPx: [100, 100, 220, 100, 220, 140, 100, 140],
  layers: 1,
  colour: null,
  text,
  confidence: text === null ? 0 : confidence,
  reads: [],
})
