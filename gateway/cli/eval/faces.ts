import { dirname, resolve } from 'node:path'
import { similarity } from '../../../detectors/face-embedder.ts'
import { UsageError } from '../command.ts'
import { inputError, readCsv, readTruth } from './csv.ts'
import { embedAll } from './face-look.ts'
import type { ReportPart } from './report.ts'
import { describeRate, interval95, round4, roundInterval } from './statistics.ts'
import type { EvalOutcome, EvalTask, Picture } from './task.ts'
import {
  bestThreshold,
  countRight,
  detCurve,
  fmrLevels,
  foldAccuracy,
  type OperatingPoint,
  pointAtFmr,
  type ScoredPair,
} from './verification.ts'

interface Pair extends ScoredPair {
  readonly a: Picture
  readonly b: Picture
}

/** Are these two pictures the same person? LFW's protocol on anybody's pairs. */
export const evalFaces: EvalTask = {
  name: 'faces',
  summary: '人脸比对 / face verification',
  usage: `--pairs CSV [--flip]
  CSV: a,b,same (paths relative to the CSV; same: 1 or 0). Of each picture the large, central face. A pair
  that cannot be scored counts as wrong. --flip: mirrored face averaged in, as at enrolment.`,
  options: { pairs: { type: 'string' }, flip: { type: 'boolean', default: false } },
  async run(values, kit) {
    const file = values['pairs']
    if (typeof file !== 'string') throw new UsageError('eval faces: --pairs CSV is needed')
    const listed = await readPairs(file)
    const pictures = listed.flatMap(({ a, b }) => [a, b])
    const embeddings = await embedAll(kit, pictures, values['flip'] === true)
    if (pictures.every(({ path }) => embeddings.get(path) === 'missing'))
      throw inputError(file, 2, `${pictures[0]?.name} is not there, nor any other picture`)
    const scored = listed.map((pair): Pair => {
      const a = embeddings.get(pair.a.path)
      const b = embeddings.get(pair.b.path)
      const both = a instanceof Float32Array && b instanceof Float32Array
      return { ...pair, score: both ? similarity(a, b) : null }
    })
    return outcomeOf(scored, embeddings)
  },
}

async function readPairs(file: string): Promise<Omit<Pair, 'score'>[]> {
  const folder = dirname(resolve(file))
  const rows = await readCsv(file, ['a', 'b', 'same'])
  return rows.map((row) => {
    const [a = '', b = ''] = [row.fields['a'], row.fields['b']]
    return {
      a: { name: a, path: resolve(folder, a) },
      b: { name: b, path: resolve(folder, b) },
      same: readTruth(row, 'same', file),
    }
  })
}

function outcomeOf(
  pairs: readonly Pair[],
  embeddings: ReadonlyMap<string, Float32Array | string>,
): EvalOutcome {
  const skipped = pairs.filter(({ score }) => score === null).length
  const threshold = bestThreshold(pairs)
  const right = countRight(pairs, threshold)
  const folds = foldAccuracy(pairs)
  const points = fmrLevels.map((level) => ({ level, point: pointAtFmr(pairs, Number(level)) }))
  const impostors = pairs.filter(({ same, score }) => !same && score !== null).length
  const table = [
    ['指标 / measure', '值 / value', '阈值 / threshold'],
    ['对数 / pairs', String(pairs.length), ''],
    ['无法评分 / skipped', skippedText(skipped, embeddings), ''],
    ['准确率 / accuracy', describeRate(right, pairs.length), threshold.toFixed(4)],
    ['十折准确率 / accuracy by 10 folds', `${(folds * 100).toFixed(2)} %`, ''],
    ...points.map(({ level, point }) => [
      `FNMR @ FMR ${level}`,
      point === null
        ? `测不出，${impostors} 对不够 / not measurable with ${impostors} pairs`
        : describeRate(point.falseNonMatches, point.genuines),
      point === null ? '' : point.threshold.toFixed(4),
    ]),
  ]
  return {
    json: {
      pairs: pairs.length,
      skipped,
      accuracy: round4(right / pairs.length),
      accuracyFolds: round4(folds),
      threshold: round4(threshold),
      fnmrAt: Object.fromEntries(
        points.map(({ level, point }) => [
          level,
          point === null || point.genuines === 0
            ? null
            : round4(point.falseNonMatches / point.genuines),
        ]),
      ),
      accuracyInterval95: roundInterval(interval95(right, pairs.length)),
      operatingPoints: Object.fromEntries(
        points.map(({ level, point }) => [level, plainPoint(point)]),
      ),
    },
    table,
    parts: reportParts(pairs, threshold),
  }
}

const plainPoint = (point: OperatingPoint | null) =>
  point === null
    ? null
    : {
        threshold: Number(point.threshold.toFixed(6)),
        genuines: point.genuines,
        impostors: point.impostors,
        fnmrInterval95: roundInterval(interval95(point.falseNonMatches, point.genuines)),
        fmrInterval95: roundInterval(interval95(point.falseMatches, point.impostors)),
      }

function skippedText(
  skipped: number,
  embeddings: ReadonlyMap<string, Float32Array | string>,
): string {
  const reasons = new Map<string, number>()
  for (const found of embeddings.values())
    if (typeof found === 'string') reasons.set(found, (reasons.get(found) ?? 0) + 1)
  const named = [...reasons].map(([why, count]) => `${why} ${count}`)
  return named.length === 0 ? String(skipped) : `${skipped} (${named.join(', ')})`
}

function reportParts(pairs: readonly Pair[], threshold: number): ReportPart[] {
  const caption = ({ a, b, score }: Pair): string =>
    `${a.name} · ${b.name} · ${score === null ? '—' : score.toFixed(3)}`
  const worst = (same: boolean) =>
    pairs
      .filter((pair) => pair.same === same && pair.score !== null)
      .sort((x, y) => ((x.score ?? 0) - (y.score ?? 0)) * (same ? 1 : -1))
      .slice(0, 12)
      .map((pair) => ({ caption: caption(pair), pictures: [pair.a.path, pair.b.path] }))
  return [
    {
      kind: 'note',
      zh: `区间为 95 % Clopper-Pearson；最佳阈值 ${threshold.toFixed(4)} 只用于比较模型，门口的阈值按误识率定。`,
      en: 'Intervals: 95 % Clopper-Pearson. The best threshold compares models; a door takes one by its false match rate.',
    },
    {
      kind: 'chart',
      chart: {
        title: 'DET',
        xAxis: { label: '误识率 / FMR', ticks: [1e-4, 1e-3, 1e-2, 0.1, 1], logarithmic: true },
        yAxis: { label: '拒识率 / FNMR', ticks: [1e-3, 1e-2, 0.1, 1], logarithmic: true },
        lines: [{ name: 'MobileFaceNet', points: detCurve(pairs) }],
      },
    },
    { kind: 'worst', zh: '同一人，却最不像', en: 'One person, least alike', cases: worst(true) },
    { kind: 'worst', zh: '不同的人，却最像', en: 'Two persons, most alike', cases: worst(false) },
    {
      kind: 'worst',
      zh: '无法评分',
      en: 'Could not be scored',
      cases: pairs
        .filter(({ score }) => score === null)
        .slice(0, 12)
        .map((pair) => ({ caption: caption(pair), pictures: [pair.a.path, pair.b.path] })),
    },
  ]
}
