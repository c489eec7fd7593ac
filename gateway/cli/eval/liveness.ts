import { dirname, resolve } from 'node:path'
import { createFaceDetector } from '../../../detectors/face-detector.ts'
import { createLiveness } from '../../../detectors/liveness.ts'
import { UsageError } from '../command.ts'
import { inputError, readCsv, readTruth } from './csv.ts'
import { faceModel, faceScoreMin, mainFace } from './face-look.ts'
import { readPart } from './options.ts'
import { describeRate, interval95, round4, roundInterval } from './statistics.ts'
import type { EvalKit, EvalOutcome, EvalTask, Looked, Picture } from './task.ts'

const v2Model = 'face_liveness_minifasnet_v2_2.7.onnx'
const v1seModel = 'face_liveness_minifasnet_v1se_4.0.onnx'

interface Shown extends Picture {
  readonly live: boolean
  /** Kind of attack (`print`, `replay`, …). */
  readonly kind: string
  /** Null: no face was found, or the picture could not be read. */
  readonly score: number | null
}

/** Presentation attacks after ISO/IEC 30107-3: the rate of attacks that pass and of live people refused. */
export const evalLiveness: EvalTask = {
  name: 'liveness',
  summary: '活体检测 / liveness',
  usage: `--list CSV [--threshold 0.5]
  CSV: file,live[,kind] (live: 1 or 0; kind of attack, as print or replay). Whole pictures, not cut to
  the face. APCER is that of the worst kind of attack; both kinds of picture are needed. A live face that is not
  found counts as refused, an attack that is not found as refused too.`,
  options: { list: { type: 'string' }, threshold: { type: 'string', default: '0.5' } },
  async run(values, kit) {
    const file = values['list']
    if (typeof file !== 'string') throw new UsageError('eval liveness: --list CSV is needed')
    const threshold = readPart(values, 'threshold')
    const listed = await readList(file)
    const seen = await scoreAll(kit, listed)
    if (listed.every(({ path }) => whyOf(seen.get(path)) === 'missing'))
      throw inputError(file, 2, `${listed[0]?.name} is not there, nor any other picture`)
    const shown = listed.map((item): Shown => {
      const looked = seen.get(item.path)
      return { ...item, score: looked?.ok === true ? looked.value : null }
    })
    return outcomeOf(shown, threshold)
  },
}

const whyOf = (looked: Looked<unknown> | undefined): string | null =>
  looked?.ok === false ? looked.why : null

async function readList(file: string): Promise<Omit<Shown, 'score'>[]> {
  const folder = dirname(resolve(file))
  const rows = await readCsv(file, ['file', 'live'])
  const listed = rows.map((row) => {
    const name = row.fields['file'] ?? ''
    const live = readTruth(row, 'live', file, { live: true, real: true, spoof: false, fake: false })
    const kind = row.fields['kind'] ?? ''
    return { name, path: resolve(folder, name), live, kind: kind === '' ? 'attack' : kind }
  })
  for (const live of [true, false])
    if (listed.every((item) => item.live !== live))
      throw inputError(
        file,
        1,
        `no ${live ? 'live picture' : 'attack'}: neither rate is told without the other`,
      )
  return listed
}

async function scoreAll(
  kit: EvalKit,
  pictures: readonly Picture[],
): Promise<ReadonlyMap<string, Looked<number | null>>> {
  const models = [
    await kit.model(faceModel),
    await kit.model(v2Model),
    await kit.model(v1seModel),
  ] as const
  const detector = await createFaceDetector(models[0].bytes)
  const liveness = await createLiveness({ v2: models[1].bytes, v1se: models[2].bytes })
  try {
    return await kit.each(
      pictures,
      { models, settings: `liveness score=${faceScoreMin}` },
      async (image): Promise<number | null> => {
        const face = mainFace(image, await detector.detect(image, { scoreMin: faceScoreMin }))
        return face === null ? null : liveness.score(image, face.boxPx)
      },
    )
  } finally {
    await Promise.all([detector.dispose(), liveness.dispose()])
  }
}

function outcomeOf(shown: readonly Shown[], threshold: number): EvalOutcome {
  const passes = ({ score }: Shown): boolean => score !== null && score >= threshold
  const live = shown.filter((one) => one.live)
  const spoof = shown.filter((one) => !one.live)
  const refused = live.filter((one) => !passes(one)).length
  const kinds = [...new Set(spoof.map(({ kind }) => kind))].map((kind) => {
    const attacks = spoof.filter((one) => one.kind === kind)
    return { kind, attacks: attacks.length, passed: attacks.filter(passes).length }
  })
  const worst = kinds.reduce((a, b) => (b.passed / b.attacks > a.passed / a.attacks ? b : a))
  const noFace = (of: readonly Shown[]): number => of.filter(({ score }) => score === null).length
  return {
    json: {
      live: live.length,
      spoof: spoof.length,
      apcer: round4(worst.passed / worst.attacks),
      bpcer: round4(refused / live.length),
      interval95: {
        apcer: roundInterval(interval95(worst.passed, worst.attacks)),
        bpcer: roundInterval(interval95(refused, live.length)),
      },
      threshold,
      worstKind: worst.kind,
      kinds: Object.fromEntries(
        kinds.map(({ kind, attacks, passed }) => [
          kind,
          {
            spoof: attacks,
            apcer: round4(passed / attacks),
            interval95: roundInterval(interval95(passed, attacks)),
          },
        ]),
      ),
      withoutFace: { live: noFace(live), spoof: noFace(spoof) },
    },
    table: [
      ['指标 / measure', `值 / value (>= ${threshold})`],
      ...kinds.map(({ kind, attacks, passed }) => [`APCER ${kind}`, describeRate(passed, attacks)]),
      ['APCER (最差 / worst)', describeRate(worst.passed, worst.attacks)],
      ['BPCER', describeRate(refused, live.length)],
      ['没有人脸 / without a face', `${noFace(live)} live, ${noFace(spoof)} spoof`],
    ],
    parts: [
      {
        kind: 'note',
        zh: 'APCER 与 BPCER 须一并引用，并注明样本数与 95 % 区间；单张画面的判断不是活体证明。',
        en: 'Quote APCER and BPCER together, with n and the 95 % intervals; a single picture proves no life.',
      },
      ratesChart(live, spoof),
      worstCases('通过的攻击', 'Attacks that passed', spoof.filter(passes), -1),
      worstCases(
        '被拒的真人',
        'Live people refused',
        live.filter((one) => !passes(one)),
        1,
      ),
    ],
  }
}

const worstCases = (zh: string, en: string, of: readonly Shown[], order: 1 | -1) => ({
  kind: 'worst' as const,
  zh,
  en,
  cases: of
    .toSorted((a, b) => order * ((a.score ?? 0) - (b.score ?? 0)))
    .slice(0, 12)
    .map(({ name, path, kind, live, score }) => ({
      caption: `${name} · ${live ? 'live' : kind} · ${score === null ? 'no face' : score.toFixed(3)}`,
      pictures: [path],
    })),
})

function ratesChart(live: readonly Shown[], spoof: readonly Shown[]) {
  const steps = Array.from({ length: 101 }, (_, i) => i / 100)
  const part = (of: readonly Shown[], at: number): number =>
    of.filter(({ score }) => score !== null && score >= at).length / of.length
  return {
    kind: 'chart' as const,
    chart: {
      title: 'APCER / BPCER',
      xAxis: { label: '阈值 / threshold', ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
      yAxis: { label: '错误率 / error rate', ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
      lines: [
        {
          name: 'APCER (all)',
          points: steps.map((at): [number, number] => [at, part(spoof, at)]),
        },
        { name: 'BPCER', points: steps.map((at): [number, number] => [at, 1 - part(live, at)]) },
      ],
    },
  }
}
