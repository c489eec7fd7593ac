import { readFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { CodedError } from '../../../contracts/errors.ts'
import { cocoLabels } from '../../../detectors/coco-labels.ts'
import type { Box } from '../../../detectors/image.ts'
import { createObjectDetector, type DetectedObject } from '../../../detectors/object-detector.ts'
import { createPicoDetector } from '../../../detectors/picodet.ts'
import { UsageError } from '../command.ts'
import { averagePrecision, type PrecisionCurve } from './average-precision.ts'
import { inputError } from './csv.ts'
import { isPicture, listFolder, readPath } from './options.ts'
import type { ReportPart } from './report.ts'
import { round4 } from './statistics.ts'
import type { EvalKit, EvalOutcome, EvalTask, Looked, Picture } from './task.ts'

const detectors = {
  nano: { file: 'object_det_yolox_nano_416.onnx', create: createObjectDetector },
  picodet: { file: 'object_det_picodet_s_416.onnx', create: createPicoDetector },
} as const

const groups: Readonly<Record<string, ReadonlySet<string>>> = {
  person: new Set(['person']),
  vehicle: new Set(['car', 'bus', 'truck']),
  twoWheeler: new Set(['bicycle', 'motorcycle']),
}

/** Boxes down to this score, as average precision asks for the whole curve. */
const scoreMin = 0.01

interface Seen {
  readonly widthPx: number
  readonly heightPx: number
  readonly found: readonly DetectedObject[]
}
interface Labelled extends Picture {
  readonly labels: readonly Label[]
}
/** Parts of the picture's width and height. */
interface Label {
  readonly label: string
  readonly centre: readonly [number, number]
  readonly size: readonly [number, number]
}
interface Judgement extends Labelled {
  readonly seen: Seen | null
}

/** How well objects are found: average precision at IoU 0.5. */
export const evalObjects: EvalTask = {
  name: 'objects',
  summary: '目标检测 / object detection',
  usage: `--images DIR --labels DIR [--model nano|picodet]
  Labels: YOLO text (class x y w h, parts of the picture, COCO ids 0..79), one file per picture with its name; a
  picture without one shows nothing. AP50 by class, and for person, vehicle (car, bus, truck as one) and
  twoWheeler (bicycle, motorcycle as one).`,
  options: {
    images: { type: 'string' },
    labels: { type: 'string' },
    model: { type: 'string', default: 'nano' },
  },
  async run(values, kit) {
    const images = readPath(values, 'images', 'eval objects: --images DIR')
    const labels = readPath(values, 'labels', 'eval objects: --labels DIR')
    const chosen = values['model']
    if (chosen !== 'nano' && chosen !== 'picodet') throw new UsageError('--model: nano or picodet')
    const listed = await readLabelled(images, labels)
    const seen = await detectAll(kit, listed, chosen)
    const judged = listed.map((picture): Judgement => {
      const looked = seen.get(picture.path)
      return { ...picture, seen: looked?.ok === true ? looked.value : null }
    })
    return outcomeOf(judged, chosen)
  },
}

async function readLabelled(images: string, labels: string): Promise<Labelled[]> {
  const names = (await listFolder(images)).flatMap(({ name }) => (isPicture(name) ? [name] : []))
  if (names.length === 0) throw new CodedError('eval.input', `${images}: no pictures`)
  const files = new Set((await listFolder(labels)).map(({ name }) => name))
  const listed: Labelled[] = []
  for (const name of names) {
    const file = `${basename(name, extname(name))}.txt`
    const path = join(labels, file)
    const text = files.has(file) ? await readFile(path, 'utf8') : ''
    listed.push({ name, path: resolve(images, name), labels: parseLabels(text, path) })
  }
  if (listed.every((picture) => picture.labels.length === 0))
    throw new CodedError('eval.input', `${labels}: no label fits a picture in ${images}`)
  return listed
}

/** YOLO text: class, centre x, centre y, width, height. @throws CodedError eval.input with the line */
export function parseLabels(text: string, file: string): Label[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return []
    const numbers = line.trim().split(/\s+/).map(Number)
    const [id = Number.NaN, x = -1, y = -1, width = -1, height = -1] = numbers
    // Five, or six with a score. Longer rows are outlines (segmentation), whose first numbers are no box.
    if (numbers.length > 6)
      throw inputError(file, i + 1, 'class x y w h are wanted, not an outline')
    const label = cocoLabels[id]
    if (label === undefined) throw inputError(file, i + 1, 'the class must be a COCO id, 0..79')
    if (![x, y, width, height].every((part) => part >= 0 && part <= 1.001))
      throw inputError(file, i + 1, 'x, y, w, h must be parts of the picture, 0..1')
    return [{ label, centre: [x, y] as const, size: [width, height] as const }]
  })
}

async function detectAll(
  kit: EvalKit,
  pictures: readonly Picture[],
  chosen: keyof typeof detectors,
): Promise<ReadonlyMap<string, Looked<Seen>>> {
  const model = await kit.model(detectors[chosen].file)
  const detector = await detectors[chosen].create(model.bytes)
  try {
    return await kit.each(
      pictures,
      { models: [model], settings: `objects score=${scoreMin}`, longSideMaxPx: 640 },
      async (image): Promise<Seen> => ({
        widthPx: image.originalWidthPx,
        heightPx: image.originalHeightPx,
        found: await detector.detect(image, { scoreMin }),
      }),
    )
  } finally {
    await detector.dispose()
  }
}

/** Precision of one class, or of several as one. */
function curveOf(judged: readonly Judgement[], labels: ReadonlySet<string>): PrecisionCurve {
  return averagePrecision(
    judged.map(({ labels: truths, seen }) => ({
      truths: truths
        .filter(({ label }) => labels.has(label))
        .map((truth) => boxOf(truth, seen ?? { widthPx: 1, heightPx: 1 })),
      found: (seen?.found ?? [])
        .filter(({ label }) => labels.has(label))
        .map(({ boxPx, score }) => ({ box: boxPx, score })),
    })),
  )
}

const boxOf = (
  { centre: [x, y], size: [width, height] }: Label,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): Box => [
  (x - width / 2) * widthPx,
  (y - height / 2) * heightPx,
  width * widthPx,
  height * heightPx,
]

const plain = (ap: number | null): number | null => (ap === null ? null : round4(ap))

function outcomeOf(judged: readonly Judgement[], model: string): EvalOutcome {
  const present = cocoLabels.filter((label) =>
    judged.some(({ labels }) => labels.some((one) => one.label === label)),
  )
  const curves = new Map<string, PrecisionCurve>([
    ...Object.entries(groups).map(([name, labels]) => [name, curveOf(judged, labels)] as const),
    ...present
      .filter((label) => label !== 'person')
      .map((label) => [label, curveOf(judged, new Set([label]))] as const),
  ])
  const skipped = judged.filter(({ seen }) => seen === null)
  return {
    json: {
      images: judged.length,
      ap50: Object.fromEntries([...curves].map(([name, { ap50 }]) => [name, plain(ap50)])),
      objects: Object.fromEntries([...curves].map(([name, { truths }]) => [name, truths])),
      skipped: skipped.length,
      model,
    },
    table: [
      ['类别 / class', '标注 / labelled', 'AP50'],
      ...[...curves].map(([name, { ap50, truths }]) => [
        name,
        String(truths),
        ap50 === null ? '—' : ap50.toFixed(3),
      ]),
      ['图片 / images', String(judged.length), ''],
      ['无法读取 / unreadable', String(skipped.length), ''],
    ],
    parts: reportParts(judged, curves),
  }
}

function reportParts(
  judged: readonly Judgement[],
  curves: ReadonlyMap<string, PrecisionCurve>,
): ReportPart[] {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
  const known = new Set(Object.values(groups).flatMap((labels) => [...labels]))
  const missed = judged.map((picture) => {
    const truths = picture.labels.filter(({ label }) => known.has(label))
    const sure = (picture.seen?.found ?? []).filter(
      ({ label, score }) => known.has(label) && score >= 0.5,
    )
    return { picture, off: Math.abs(truths.length - sure.length), truths, sure }
  })
  return [
    {
      kind: 'chart',
      chart: {
        title: '查准与查全 / precision and recall',
        xAxis: { label: '查全率 / recall', ticks },
        yAxis: { label: '查准率 / precision', ticks },
        lines: Object.keys(groups).map((name) => ({
          name,
          points: curves.get(name)?.points ?? [],
        })),
      },
    },
    {
      kind: 'worst',
      zh: '数目相差最大的图片（阈值 0.5）',
      en: 'Pictures whose count is most off (score 0.5)',
      cases: missed
        .filter(({ off }) => off > 0)
        .toSorted((a, b) => b.off - a.off)
        .slice(0, 12)
        .map(({ picture, truths, sure }) => ({
          caption: `${picture.name} · ${truths.length} → ${sure.length}`,
          pictures: [picture.path],
        })),
    },
  ]
}
