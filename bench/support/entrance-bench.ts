import { availableParallelism, loadavg } from 'node:os'
import { Child } from './child.ts'
import type { ApproachOrder, ApproachReport, EntranceLoadSettings } from './entrance-load.ts'
import { median, quantile, rounded } from './figures.ts'
import type { RawLookOrder, RawLookReport, RawLookSettings } from './raw-look-loop.ts'

export interface EntranceBench {
  readonly load: EntranceLoadSettings
  readonly raw: Omit<RawLookSettings, 'threads'>
  /** Turns per round; all rounds together are the openings that are measured. */
  readonly perRound: number
  readonly rounds: number
}

export interface EntranceFigures {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly rawModelsMs: number
  readonly ratio: number
  readonly firstFrameMs: number
  readonly openings: number
  readonly stayedShut: number
  /** Where more than two frames were sent before the command: their time counts from the second. */
  readonly late: number
  readonly raw: {
    readonly threads: number
    readonly decodeMs: number
    readonly modelsMs: readonly number[]
  }
  readonly loadAverage: number
}

const framesPerSecond = 5
const framesMax = 8
const rawSeconds = 2

/**
 * Somebody comes to one entrance after the other; between the rounds the bare models take their turn, on
 * one thread or all, whichever is faster. The deciding frame is the second: two must agree.
 */
export async function benchEntrance(bench: EntranceBench): Promise<EntranceFigures> {
  const threadsTried = [...new Set([1, availableParallelism()])]
  const raws = threadsTried.map((threads) => ({
    threads,
    child: new Child(import.meta.url, './raw-look-loop.ts', { ...bench.raw, threads }),
  }))
  const load = new Child(import.meta.url, './entrance-load.ts', bench.load)
  try {
    for (const { child } of [...raws, { child: load }]) await child.hear()
    const trials = []
    for (const { threads, child } of raws) {
      await measureRaw(child)
      trials.push({ threads, child, rawMs: (await measureRaw(child)).rawMs })
    }
    const [best] = trials.toSorted((a, b) => a.rawMs - b.rawMs)
    if (best === undefined) throw new Error('nothing to compare with')
    return await takeTurns(bench, load, best)
  } finally {
    for (const { child } of raws) await child.end()
    await load.end()
  }
}

async function takeTurns(
  { load: { entrances, approaches }, perRound, rounds }: EntranceBench,
  load: Child,
  best: { readonly threads: number; readonly child: Child },
): Promise<EntranceFigures> {
  const visitors = Object.keys(approaches)
  let turn = 0
  const come = (): Promise<ApproachReport> => {
    const entrance = entrances[turn % entrances.length] ?? ''
    // Each entrance sees another visitor in each round through all of them.
    const who = visitors[(turn + Math.floor(turn / entrances.length)) % visitors.length] ?? ''
    turn += 1
    const order: ApproachOrder = { entrance, who, framesPerSecond, framesMax }
    return load.ask<ApproachReport>(order)
  }
  // Warms up threads, caches and connections.
  for (let i = 0; i < warmUp; i += 1) await come()
  const reports: ApproachReport[] = []
  const raw: RawLookReport[] = []
  for (let round = 0; round < rounds; round += 1) {
    raw.push(await measureRaw(best.child))
    for (let i = 0; i < perRound; i += 1) reports.push(await come())
  }
  return figuresOf(reports, raw, best.threads)
}

const warmUp = 6

const measureRaw = (child: Child): Promise<RawLookReport> =>
  child.ask<RawLookReport>({ seconds: rawSeconds } satisfies RawLookOrder)

/** What the line says of all turns. */
export function figuresOf(
  reports: readonly ApproachReport[],
  raw: readonly RawLookReport[],
  threads: number,
): EntranceFigures {
  const deciding = reports.flatMap(({ decidingMs }) => decidingMs ?? [])
  const first = reports.flatMap(({ firstMs }) => firstMs ?? [])
  const rawModelsMs = median(raw.map(({ rawMs }) => rawMs))
  const p50Ms = median(deciding)
  const models = raw[0]?.modelsMs ?? []
  return {
    p50Ms: rounded(p50Ms, 1),
    p95Ms: rounded(quantile(deciding, 0.95), 1),
    rawModelsMs: rounded(rawModelsMs, 1),
    ratio: rounded(p50Ms / rawModelsMs, 2),
    firstFrameMs: rounded(median(first), 1),
    openings: deciding.length,
    stayedShut: reports.length - deciding.length,
    late: reports.filter(({ framesSent }) => framesSent > 2).length,
    raw: {
      threads,
      decodeMs: rounded(median(raw.map(({ decodeMs }) => decodeMs)), 1),
      modelsMs: models.map((_, i) => rounded(median(raw.map((one) => one.modelsMs[i] ?? 0)), 2)),
    },
    loadAverage: rounded(loadavg()[0] ?? 0, 2),
  }
}
