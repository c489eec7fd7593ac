import { dirname, resolve } from 'node:path'
import type { PlateSeen } from '../../../contracts/detections.ts'
import { normalisePlate } from '../../../contracts/plate.ts'
import { createPlateDetector, type PlateBox } from '../../../detectors/plate-detector.ts'
import { createPlateReader } from '../../../detectors/plate-reader.ts'
import { UsageError } from '../command.ts'
import { inputError, readCsv } from './csv.ts'
import { readPath } from './options.ts'
import { countPlates, type JudgedPlate, plateOutcome, type PlateLook } from './plates-outcome.ts'
import type { EvalKit, EvalTask, Looked, Picture } from './task.ts'

const recogniserModel = 'plate_rec_intel_barrier_0001.onnx'
const secondModel = 'plate_rec_lprnet_sirius.onnx'
const colourModel = 'plate_color_hyperlpr_cls_96.onnx'

/** Kinds that are never read (diplomats', the armed forces') are counted too: leaving them out would flatter. */
const legible = /^[\p{Script=Han}A-Z0-9]{5,10}$/u

interface Listed extends Picture {
  readonly plate: string
}

/** Whole plates, as a barrier needs them: one wrong character is a wrong plate. */
export const evalPlates: EvalTask = {
  name: 'plates',
  summary: '车牌识别 / licence plates',
  usage: `--list CSV [--detector 640|320] [--crops]
  CSV: file,plate. The main plate of the picture (area times score) must be read whole; O and 0 count as equal.
  Plates outside of GA 36-2018 (diplomats', the armed forces') count as wrong and are told apart (otherKinds).
  --crops: pictures that show nothing but the plate, nothing is searched for.`,
  options: {
    list: { type: 'string' },
    detector: { type: 'string', default: '640' },
    crops: { type: 'boolean', default: false },
  },
  async run(values, kit) {
    const file = readPath(values, 'list', 'eval plates: --list CSV')
    const side = values['detector']
    if (side !== '320' && side !== '640') throw new UsageError('--detector must be 320 or 640')
    const listed = await readList(file)
    const seen = await readAll(kit, listed, values['crops'] === true ? null : side)
    const looks = listed.map((one) => ({ one, looked: seen.get(one.path) }))
    if (looks.every(({ looked }) => looked?.ok === false && looked.why === 'missing'))
      throw inputError(file, 2, `${listed[0]?.name} is not there, nor any other picture`)
    const judged = looks.map(({ one, looked }) => judge(one, looked))
    return plateOutcome(judged, countPlates(judged), [recogniserModel, secondModel])
  },
}

async function readList(file: string): Promise<Listed[]> {
  const folder = dirname(resolve(file))
  return (await readCsv(file, ['file', 'plate'])).map(({ fields, line }) => {
    const name = fields['file'] ?? ''
    const plate = normalisePlate(fields['plate'] ?? '')
    if (!legible.test(plate)) throw inputError(file, line, `"${plate}" is not a plate`)
    return { name, path: resolve(folder, name), plate }
  })
}

/** `side`: of the detector's input; null: the pictures are crops. */
async function readAll(
  kit: EvalKit,
  pictures: readonly Picture[],
  side: '320' | '640' | null,
): Promise<ReadonlyMap<string, Looked<PlateLook | null>>> {
  const models = [
    await kit.model(recogniserModel),
    await kit.model(secondModel),
    await kit.model(colourModel),
  ] as const
  const finder = side === null ? null : await kit.model(`plate_det_hyperlpr_y5fu_${side}.onnx`)
  const detector = finder === null ? null : await createPlateDetector(finder.bytes)
  const reader = await createPlateReader({
    main: models[0].bytes,
    second: models[1].bytes,
    colour: models[2].bytes,
    names: { main: recogniserModel, second: secondModel },
  })
  try {
    return await kit.each(
      pictures,
      { models: finder === null ? models : [finder, ...models], settings: 'plates 1' },
      async (image): Promise<PlateLook | null> => {
        if (detector === null) return lookOf(await reader.readCrop(image))
        const plate = mainPlate(await detector.detect(image))
        return plate === null ? null : lookOf(await reader.read(image, plate))
      },
    )
  } finally {
    await Promise.all([detector?.dispose(), reader.dispose()])
  }
}

const lookOf = ({
  text,
  confidence,
  reads,
}: Pick<PlateSeen, 'text' | 'confidence' | 'reads'>): PlateLook => ({
  text,
  confidence,
  reads: reads.map((read) => ({ by: read.by, text: normalisePlate(read.text) })),
})

/** The plate a picture is about: area times score. */
function mainPlate(plates: readonly PlateBox[]): PlateBox | null {
  return plates.reduce<PlateBox | null>(
    (best, plate) => (best === null || weight(plate) > weight(best) ? plate : best),
    null,
  )
}

const weight = ({ boxPx, score }: PlateBox): number => boxPx[2] * boxPx[3] * score

function judge(one: Listed, looked: Looked<PlateLook | null> | undefined): JudgedPlate {
  const { name, path, plate } = one
  if (looked?.ok !== true) return { name, path, plate, look: null, why: looked?.why ?? 'missing' }
  return { name, path, plate, look: looked.value, why: looked.value === null ? 'no-plate' : null }
}
