import { availableParallelism } from 'node:os'
import { hourMs } from '../contracts/clock.ts'
import { spawnWorker } from '../gateway/model/worker.ts'
import type { BenchArguments } from './support/arguments.ts'
import { quantile, rounded } from './support/figures.ts'
import type { BoxFigures, Finding } from './year/judge.ts'
import { type YearParameters, yearParameters } from './year/parameters.ts'
import { boxesOf, type BoxRun } from './year/run-box.ts'

/** The JSON line of `bench year`. The first seven stand in the contract. */
export interface YearLine {
  readonly households: number
  readonly missed: number
  readonly falseUnseenPerHouseholdYear: number
  readonly cannotTellPerHouseholdYear: number
  readonly cannotTellUnjustified: number
  readonly delayHoursP50: number
  readonly delayHoursP95: number
  readonly delayHoursMax: number
  readonly elders: number
  readonly days: number
  readonly emergencies: BoxFigures['emergencies']
  /** How many by what the person was doing, and by what was staged. */
  readonly falseUnseenBy: Readonly<Record<string, number>>
  readonly cannotTellBy: Readonly<Record<string, number>>
  readonly otherAnomalies: Readonly<Record<string, number>>
  readonly messages: number
  readonly findings: readonly Finding[]
  readonly parameters: YearParameters
}

const findingsShown = 40
const rank: readonly Finding['what'][] = ['missed', 'cannot-tell-unjustified', 'false-unseen']

function summed(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const record of records)
    for (const [key, value] of Object.entries(record)) sum[key] = (sum[key] ?? 0) + value
  return Object.fromEntries(Object.entries(sum).sort(([a], [b]) => a.localeCompare(b)))
}

const total = (by: Readonly<Record<string, number>>): number =>
  Object.values(by).reduce((sum, count) => sum + count, 0)

/** The figures of all boxes as one line; they come in the order of the boxes, whoever was first. */
export function yearLine(parameters: YearParameters, boxes: readonly BoxFigures[]): YearLine {
  const add = (of: (box: BoxFigures) => number): number =>
    boxes.reduce((sum, box) => sum + of(box), 0)
  const households = add((box) => box.households)
  const householdYears = (households * parameters.days) / 365
  const falseUnseenBy = summed(boxes.map((box) => box.falseUnseen))
  const cannotTellBy = summed(boxes.map((box) => box.cannotTell))
  const delays = boxes.flatMap((box) => box.delaysMs)
  const hours = (share: number): number => rounded(quantile(delays, share) / hourMs, 2)
  return {
    households,
    missed: add((box) => box.missed),
    falseUnseenPerHouseholdYear: rounded(total(falseUnseenBy) / householdYears, 3),
    cannotTellPerHouseholdYear: rounded(total(cannotTellBy) / householdYears, 3),
    cannotTellUnjustified: cannotTellBy['none'] ?? 0,
    delayHoursP50: hours(0.5),
    delayHoursP95: hours(0.95),
    delayHoursMax: hours(1),
    elders: add((box) => box.elders),
    days: parameters.days,
    emergencies: {
      staged: add((box) => box.emergencies.staged),
      foundBefore: add((box) => box.emergencies.foundBefore),
      open: add((box) => box.emergencies.open),
    },
    falseUnseenBy,
    cannotTellBy,
    otherAnomalies: summed(boxes.map((box) => box.others)),
    messages: add((box) => box.messages),
    findings: boxes
      .flatMap((box) => box.findings)
      .sort((a, b) => rank.indexOf(a.what) - rank.indexOf(b.what))
      .slice(0, findingsShown),
    parameters,
  }
}

function runInThread(run: BoxRun, progress: (share: number) => void): Promise<BoxFigures> {
  return new Promise((resolve, reject) => {
    const worker = spawnWorker(import.meta.url, './year/worker.ts', { workerData: run })
    worker.on('message', (message: { share?: number; figures?: BoxFigures }) => {
      if (message.share !== undefined) progress(message.share)
      if (message.figures !== undefined) resolve(message.figures)
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`box ${run.box} ended with ${code}`)))
  })
}

/** A year of 500 elders against the shipped pipeline; see bench/year/parameters.ts for all that shapes it. */
export async function benchYear(args: BenchArguments): Promise<YearLine> {
  const parameters: YearParameters = {
    ...yearParameters,
    elders: args.elders ?? yearParameters.elders,
    days: args.days ?? yearParameters.days,
  }
  const boxes = boxesOf(parameters)
  const figures: BoxFigures[] = []
  const shares = Array.from({ length: boxes }, () => 0)
  let shown = -5
  const progress = (box: number, share: number): void => {
    shares[box] = share
    const percent = Math.floor((100 * shares.reduce((sum, each) => sum + each, 0)) / boxes)
    if (percent < shown + 5) return
    shown = percent
    process.stderr.write(`bench year: ${percent} %\n`)
  }
  let next = 0
  const runner = async (): Promise<void> => {
    for (let box = next++; box < boxes; box = next++) {
      const run = { parameters, seed: args.seed, box }
      figures[box] = await runInThread(run, (share) => progress(box, share))
    }
  }
  const threads = Math.min(boxes, Math.max(1, Math.min(args.threads ?? 2, availableParallelism())))
  await Promise.all(Array.from({ length: threads }, runner))
  return yearLine(parameters, figures)
}
