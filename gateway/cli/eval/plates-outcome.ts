import { isPlate } from '../../../contracts/plate.ts'
import type { ReportPart } from './report.ts'
import { describeRate, interval95, roundInterval } from './statistics.ts'
import type { EvalOutcome, Picture } from './task.ts'

/** What is kept of a plate that was read; texts normalised. */
export interface PlateLook {
  readonly text: string | null
  readonly confidence: number
  readonly reads: readonly { readonly by: string; readonly text: string }[]
}

export interface JudgedPlate extends Picture {
  /** As it should be read. */
  readonly plate: string
  readonly look: PlateLook | null
  /** Why there is no look. */
  readonly why: string | null
}

export interface PlateCounts {
  readonly plates: number
  readonly correct: number
  readonly correctWithoutProvince: number
}

type TextOf = (look: PlateLook) => string | null
const voted: TextOf = ({ text }) => text
const readBy =
  (file: string): TextOf =>
  ({ reads }) =>
    reads.find(({ by }) => by === file)?.text ?? null

/** The letter O and the digit 0 are one sign, in every place. */
const alike = (text: string): string => text.replaceAll('O', '0')

function same(read: string | null, plate: string, from: number): boolean {
  return read !== null && alike(read).slice(from) === alike(plate).slice(from)
}

export function countPlates(judged: readonly JudgedPlate[], textOf: TextOf = voted): PlateCounts {
  const texts = judged.map(({ plate, look }) => ({
    plate,
    text: look === null ? null : textOf(look),
  }))
  return {
    plates: judged.length,
    correct: texts.filter(({ plate, text }) => same(text, plate, 0)).length,
    correctWithoutProvince: texts.filter(({ plate, text }) => same(text, plate, 1)).length,
  }
}

/** One JSON line, a table over recognisers, provinces and lengths, and what went wrong. */
export function plateOutcome(
  judged: readonly JudgedPlate[],
  counts: PlateCounts,
  recognisers: readonly string[],
): EvalOutcome {
  const alone = recognisers.map((file) => ({ file, ...countPlates(judged, readBy(file)) }))
  const strata = (keyOf: (plate: string) => string) =>
    [...new Set(judged.map(({ plate }) => keyOf(plate)))]
      .map((key) => ({ key, ...countPlates(judged.filter(({ plate }) => keyOf(plate) === key)) }))
      .toSorted((a, b) => b.plates - a.plates)
  const provinces = strata((plate) => plate.slice(0, 1))
  const lengths = strata((plate) => String(plate.length))
  const silent = judged.filter(({ look }) => look?.text === null).length
  const wrong = judged.filter(({ plate, look }) => look?.text != null && !same(look.text, plate, 0))
  const found = judged.filter(({ look }) => look !== null).length
  const otherKinds = judged.filter(({ plate }) => !isPlate(plate)).length
  return {
    json: {
      ...counts,
      interval95: roundInterval(interval95(counts.correct, counts.plates)),
      found,
      wrong: wrong.length,
      unread: silent,
      otherKinds,
      alone: Object.fromEntries(alone.map(({ file, ...rest }) => [file, rest])),
      byProvince: Object.fromEntries(provinces.map(({ key, ...rest }) => [key, rest])),
      byLength: Object.fromEntries(lengths.map(({ key, ...rest }) => [key, rest])),
    },
    table: [
      ['', '全牌正确 / whole plate', '不计省份 / without province'],
      row('两者合议 / voted', counts),
      ...alone.map((one) => row(one.file, one)),
      ...lengths.map((one) => row(`${one.key} 位 / characters`, one)),
      ...provinces.map((one) => row(one.key, one)),
      ['读错 / misread', describeRate(wrong.length, counts.plates), ''],
      ['不作答 / not said', describeRate(silent, counts.plates), ''],
      ['未检出 / not found', describeRate(counts.plates - found, counts.plates), ''],
      ['非民用号牌 / of other kinds', String(otherKinds), ''],
    ],
    parts: [
      {
        kind: 'note',
        zh: '读错比不作答更糟：读错可能给别人开门。道闸还要求两帧一致。',
        en: 'A misread is worse than no answer: it may open for somebody else. A barrier also wants two frames that agree.',
      },
      confidenceChart(judged),
      worstCases('读错', 'Misread, most certain first', wrong),
      worstCases(
        '没有读出',
        'Not read',
        judged.filter(({ look }) => look === null || look.text === null),
      ),
    ],
  }
}

/** What a stricter confidence would cost, and what it would spare. */
function confidenceChart(judged: readonly JudgedPlate[]): ReportPart {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
  const curve = (right: boolean) =>
    Array.from({ length: 101 }, (_, i): [number, number] => {
      const said = judged.filter(
        ({ plate, look }) =>
          look?.text != null && look.confidence >= i / 100 && same(look.text, plate, 0) === right,
      )
      return [i / 100, said.length / judged.length]
    })
  return {
    kind: 'chart',
    chart: {
      title: '按置信度 / by confidence',
      xAxis: { label: '最低置信度 / least confidence', ticks },
      yAxis: { label: '占全部车牌 / share of all plates', ticks },
      lines: [
        { name: 'read right', points: curve(true) },
        { name: 'misread', points: curve(false) },
      ],
    },
  }
}

const row = (name: string, { plates, correct, correctWithoutProvince }: PlateCounts): string[] => [
  name,
  describeRate(correct, plates),
  describeRate(correctWithoutProvince, plates),
]

const worstCases = (zh: string, en: string, of: readonly JudgedPlate[]) => ({
  kind: 'worst' as const,
  zh,
  en,
  cases: of
    .toSorted((a, b) => (b.look?.confidence ?? 0) - (a.look?.confidence ?? 0))
    .slice(0, 12)
    .map(({ name, path, plate, look, why }) => ({
      caption: `${name} · ${plate} · ${why ?? `${look?.text ?? '—'} ${(look?.confidence ?? 0).toFixed(2)}`} · ${(look?.reads ?? []).map(({ text }) => text).join(' / ')}`,
      pictures: [path],
    })),
})
