import type { Dirent } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CodedError } from '../../../contracts/errors.ts'
import { UsageError } from '../command.ts'
import { embedAll } from './face-look.ts'
import {
  type Enrolled,
  gallerySizes,
  notEnrolled,
  type OpenSetRates,
  ratesAt,
  type SearchedProbe,
  searchProbe,
  shuffled,
} from './open-set.ts'
import { isPicture, listFolder, readPart, readPath } from './options.ts'
import type { ReportPart } from './report.ts'
import { describeRate, interval95, round4, roundInterval } from './statistics.ts'
import type { EvalOutcome, EvalTask, Picture } from './task.ts'

interface Portrait extends Picture {
  readonly person: string
}
type Searched = SearchedProbe<Portrait>

/** Who is it, if anybody? Open-set identification, as at a door. */
export const evalIdentify: EvalTask = {
  name: 'identify',
  summary: '人脸识别（开集）/ face identification in an open set',
  usage: `--gallery DIR --probes DIR [--threshold 0.42] [--seed 1] [--no-flip]
  One folder per person in both; people of the probes who are not in the gallery are strangers. FPIR: a stranger is
  named; FNIR: somebody enrolled is not named first above the threshold (also where no face was found, or none at enrolment). Smaller
  galleries are drawn from the large one (--seed).`,
  options: {
    gallery: { type: 'string' },
    probes: { type: 'string' },
    threshold: { type: 'string', default: '0.42' },
    seed: { type: 'string', default: '1' },
    'no-flip': { type: 'boolean', default: false },
  },
  async run(values, kit) {
    const gallery = await readPeople(readPath(values, 'gallery', 'eval identify: --gallery DIR'))
    const probes = await readPeople(readPath(values, 'probes', 'eval identify: --probes DIR'))
    const threshold = readPart(values, 'threshold')
    const seed = Number(values['seed'])
    if (!Number.isInteger(seed) || seed < 0) throw new UsageError('--seed: a whole number')
    const flip = values['no-flip'] !== true
    const embeddings = await embedAll(kit, [...gallery, ...probes], flip)
    const enrolled = enrol(gallery, embeddings)
    if (enrolled.length === 0) throw new CodedError('eval.input', 'no face in the gallery')
    const people = shuffled(enrolled, seed)
    const sizes = gallerySizes(people.length)
    const named = new Set(gallery.map(({ person }) => person))
    const searched = probes.map((probe): Searched => {
      const found = search(probe, embeddings.get(probe.path), people, sizes)
      return found.place < 0 && named.has(probe.person) ? { ...found, place: notEnrolled } : found
    })
    const unusable = [...gallery, ...probes].filter(
      ({ path }) => !(embeddings.get(path) instanceof Float32Array),
    )
    return outcomeOf(searched, sizes, threshold, {
      skipped: unusable.length,
      notEnrolled: named.size - enrolled.length,
      probesInGallery: searched.filter(({ own }) => own > samePictureMin).length,
    })
  },
}

/** Two pictures of one face are never so alike. */
const samePictureMin = 0.99999

interface Caveats {
  /** Pictures that gave no face. */
  readonly skipped: number
  /** People of the gallery without a usable picture there. */
  readonly notEnrolled: number
  /** Probes that are pictures of the gallery: they are found for certain and flatter FNIR. */
  readonly probesInGallery: number
}

/** A probe without a face is like nobody. */
const search = (
  probe: Portrait,
  embedding: Float32Array | string | undefined,
  people: readonly Enrolled[],
  sizes: readonly number[],
): Searched =>
  embedding instanceof Float32Array
    ? searchProbe(probe, embedding, people, sizes)
    : {
        probe,
        place: people.findIndex(({ person }) => person === probe.person),
        own: -1,
        bestOther: sizes.map(() => -1),
      }

async function readPeople(folder: string): Promise<Portrait[]> {
  const portraits: Portrait[] = []
  for (const person of await listFolder(folder)) {
    if (!person.isDirectory() && !(await leadsToFolder(folder, person))) continue
    for (const { name } of await listFolder(join(folder, person.name)))
      if (isPicture(name))
        portraits.push({
          person: person.name,
          name: `${person.name}/${name}`,
          path: resolve(folder, person.name, name),
        })
  }
  if (portraits.length === 0)
    throw new CodedError('eval.input', `${folder}: no pictures in folders, one per person`)
  return portraits
}

const leadsToFolder = async (folder: string, entry: Dirent): Promise<boolean> =>
  entry.isSymbolicLink() &&
  (await stat(join(folder, entry.name)).catch(() => null))?.isDirectory() === true

function enrol(
  gallery: readonly Portrait[],
  embeddings: ReadonlyMap<string, Float32Array | string>,
): Enrolled[] {
  const people = new Map<string, Float32Array[]>()
  for (const { person, path } of gallery) {
    const embedding = embeddings.get(path)
    if (!(embedding instanceof Float32Array)) continue
    people.set(person, [...(people.get(person) ?? []), embedding])
  }
  return [...people].map(([person, templates]) => ({ person, templates }))
}

const rateOf = (events: number, trials: number): number | null =>
  trials === 0 ? null : round4(events / trials)

const plain = (rates: OpenSetRates) => ({
  gallery: rates.gallery,
  fpir: rateOf(rates.wrong, rates.strangers),
  fpirInterval95: roundInterval(interval95(rates.wrong, rates.strangers)),
  strangers: rates.strangers,
  strangersBy: rates.strangersBy,
  fnir: rateOf(rates.missed, rates.mates),
  fnirInterval95: roundInterval(interval95(rates.missed, rates.mates)),
  mates: rates.mates,
})

function outcomeOf(
  searched: readonly Searched[],
  sizes: readonly number[],
  threshold: number,
  caveats: Caveats,
): EvalOutcome {
  const bySize = sizes.map((_, at) => ratesAt(searched, sizes, at, threshold))
  const whole = bySize.at(-1) as OpenSetRates
  const { gallery, fpir, fnir, ...rest } = plain(whole)
  return {
    json: {
      gallery,
      probes: searched.length,
      fpir,
      fnir,
      threshold,
      ...rest,
      ...caveats,
      bySize: bySize.map(plain),
    },
    table: [
      ['库 / gallery', 'FPIR', 'FNIR', '陌生人 / strangers'],
      ...bySize.map((rates) => [
        String(rates.gallery),
        describeRate(rates.wrong, rates.strangers),
        describeRate(rates.missed, rates.mates),
        rates.strangersBy,
      ]),
      ['无法使用的图片 / unusable pictures', String(caveats.skipped)],
      ['无法登记的人 / could not be enrolled', String(caveats.notEnrolled)],
      ['库中已有的图片 / probes of the gallery', String(caveats.probesInGallery)],
    ],
    parts: reportParts(searched, sizes, threshold, bySize),
  }
}

/** For curves, where a point is needed. */
const part = (events: number, trials: number): number => (trials === 0 ? 0 : events / trials)

function reportParts(
  searched: readonly Searched[],
  sizes: readonly number[],
  threshold: number,
  bySize: readonly OpenSetRates[],
): ReportPart[] {
  const last = sizes.length - 1
  const other = (probe: Searched): number => probe.bestOther[last] ?? -1
  const steps = Array.from({ length: 81 }, (_, i) => i / 100)
  const curve = steps.map((at) => ratesAt(searched, sizes, last, at))
  const show = (of: readonly Searched[]) =>
    of.slice(0, 12).map((one) => ({
      caption: `${one.probe.name} · 本人 / own ${one.own.toFixed(3)} · 他人 / other ${other(one).toFixed(3)}`,
      pictures: [one.probe.path],
    }))
  const ticks = [1e-3, 1e-2, 0.1, 1]
  return [
    {
      kind: 'note',
      zh: `阈值 ${threshold}；区间为 95 % Clopper-Pearson。库越大误认越多：请按现有人数定阈值。`,
      en: `Threshold ${threshold}; intervals: 95 % Clopper-Pearson. False names grow with the gallery: set the threshold for its present size.`,
    },
    {
      kind: 'chart',
      chart: {
        title: 'FNIR / FPIR',
        xAxis: { label: 'FPIR', ticks, logarithmic: true },
        yAxis: { label: 'FNIR', ticks, logarithmic: true },
        lines: [
          {
            name: `gallery ${sizes[last] ?? 0}`,
            points: curve.map((at): [number, number] => [
              part(at.wrong, at.strangers),
              part(at.missed, at.mates),
            ]),
          },
        ],
      },
    },
    sizeChart(sizes, bySize),
    {
      kind: 'worst',
      zh: '登记的人未被认出',
      en: 'Enrolled, not named',
      cases: show(
        searched
          .filter((one) => one.place !== -1 && (one.own < threshold || other(one) >= one.own))
          .toSorted((a, b) => a.own - b.own),
      ),
    },
    {
      kind: 'worst',
      zh: '最像别人的',
      en: 'Most like somebody else',
      cases: show(searched.toSorted((a, b) => other(b) - other(a))),
    },
  ]
}

function sizeChart(sizes: readonly number[], bySize: readonly OpenSetRates[]): ReportPart {
  const high = 10 ** Math.ceil(Math.log10(Math.max(10, sizes.at(-1) ?? 10)))
  const decades = Array.from({ length: Math.log10(high) + 1 }, (_, i) => 10 ** i)
  return {
    kind: 'chart',
    chart: {
      title: '错误率与库的大小 / rates by gallery size',
      xAxis: { label: '库 / gallery', ticks: decades, logarithmic: true },
      yAxis: { label: '错误率 / rate', ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
      lines: [
        {
          name: 'FPIR',
          points: bySize.map((rates) => [rates.gallery, part(rates.wrong, rates.strangers)]),
        },
        {
          name: 'FNIR',
          points: bySize.map((rates) => [rates.gallery, part(rates.missed, rates.mates)]),
        },
      ],
    },
  }
}
