import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchArguments } from './support/arguments.ts'
import { setCameras, startCameras } from './cameras.ts'
import { rounded, slope } from './support/figures.ts'
import { childrenOf, stateOf } from './support/process-watch.ts'

const everyMs = 1_000
const warmUpShare = 0.25
/**
 * What pictures leave behind goes with the next collection, so resident memory goes up and down by tens of MB. Once in
 * each minute all threads are made to collect; the lowest value of the minute rises with whatever is never let go.
 */
const floorSeconds = 60

/** One look at the gateway from outside. */
export interface Sample {
  readonly seconds: number
  readonly rssMb: number
  readonly heapMb: number
  readonly openFiles: number
  readonly threads: number
  readonly children: number
}

/**
 * `bench soak`: as many cameras as the box sustains, for an hour; what it holds is sampled every
 * second, and after a quarter of the time it must no longer grow.
 */
export async function benchSoak(
  args: Pick<BenchArguments, 'minutes' | 'cameras' | 'seed' | 'json'>,
): Promise<object> {
  const cameras = args.cameras ?? 150
  const minutes = args.minutes ?? 60
  const rig = await startCameras({ cameras, seed: args.seed, collectable: true })
  try {
    await setCameras(rig.load, cameras)
    const samples: Sample[] = []
    let heapMb = 0
    const startedAt = performance.now()
    while (performance.now() - startedAt < minutes * 60_000) {
      await sleep(everyMs)
      const { rssMb, openFiles, threads, children } = stateOf(rig.gateway.pid)
      if (samples.length % floorSeconds === floorSeconds / 2) rig.gateway.collect()
      if (samples.length % 10 === 0) heapMb = (await rig.gateway.heapUsed()) / 2 ** 20
      const seconds = (performance.now() - startedAt) / 1_000
      samples.push({ seconds, rssMb, heapMb, openFiles, threads, children })
      if (!args.json && samples.length % 60 === 0)
        process.stderr.write(`${JSON.stringify(samples.at(-1))}\n`)
    }
    const { frames, dropped } = await rig.gateway.health()
    // What nobody watches any more must have ended by now.
    await setCameras(rig.load, 0)
    await sleep(2_000)
    const left = childrenOf(rig.gateway.pid).length
    return {
      cameras,
      minutes,
      ...soakFigures(samples),
      leakedProcesses: left,
      frames,
      droppedDoor: dropped['frames.door'] ?? 0,
      loadAverage: rounded(loadavg()[0] ?? 0, 2),
    }
  } finally {
    await rig.close()
  }
}

/** Slopes by least squares over what follows the warm-up. */
export function soakFigures(samples: readonly Sample[]): object {
  const settled = samples.slice(Math.floor(samples.length * warmUpShare))
  const perHour = (of: (sample: Sample) => number): number =>
    rounded(slope(settled.map((sample) => [sample.seconds / 3_600, of(sample)] as const)), 2)
  const largest = (of: (sample: Sample) => number): number => Math.max(0, ...settled.map(of))
  const floors = floorsOf(settled, floorSeconds)
  return {
    memorySlopeMbPerHour: rounded(
      slope(floors.map(([seconds, mb]) => [seconds / 3_600, mb] as const)),
      2,
    ),
    rssSlopeMbPerHour: perHour(({ rssMb }) => rssMb),
    heapSlopeMbPerHour: perHour(({ heapMb }) => heapMb),
    openFilesSlopePerHour: perHour(({ openFiles }) => openFiles),
    rssMbFirst: Math.round(settled[0]?.rssMb ?? 0),
    rssMbLast: Math.round(settled.at(-1)?.rssMb ?? 0),
    openFilesMax: largest(({ openFiles }) => openFiles),
    threadsMax: largest(({ threads }) => threads),
    childrenMax: largest(({ children }) => children),
    samples: settled.length,
    floorsMb: floorsOf(samples, 5 * floorSeconds).map(([, mb]) => Math.round(mb)),
  }
}

/** The lowest resident memory of each stretch of time: its middle in seconds, and MB. */
function floorsOf(samples: readonly Sample[], seconds: number): [seconds: number, mb: number][] {
  const lowest = new Map<number, number>()
  for (const sample of samples) {
    const at = Math.floor(sample.seconds / seconds)
    lowest.set(at, Math.min(lowest.get(at) ?? Number.POSITIVE_INFINITY, sample.rssMb))
  }
  return [...lowest].map(([at, mb]) => [(at + 0.5) * seconds, mb])
}
